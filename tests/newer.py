"""Run the unit tests on newer interpreters and the newest Django: `python -m tests.newer`, a part of `make check-all`.

Each interpreter gets a temporary environment. A missing one is reported loudly, not skipped silently.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.12", "3.13")
MARKS = "not integration and not slow and not browser and not drill and not vendor and not postgres"
LOUD = "!" * 78
# Deprecations without a form that Django 5.2 knows too; they wait until the portal leaves 5.2.
WAITING = ("The EMAIL_",)  # settings; MAILERS from 6.1, gone in 2028


def main() -> int:
    found = {version: interpreter(version) for version in VERSIONS}
    missing = [version for version, path in found.items() if path is None]
    failed = [version for version, path in found.items() if path is not None and not passes(path)]
    if missing:
        print(f"{LOUD}\nNOT RUN: no Python {' or '.join(missing)} on this machine, so it is untested.\n{LOUD}")
    if failed:
        print(f"The unit tests fail on Python {' and '.join(failed)} with the newest Django (above).")
    return 1 if failed else 0


def interpreter(version: str) -> Path | None:
    """Find a working interpreter on the PATH or among those of pyenv, whose launchers exist without a version."""
    candidates = [shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        script = f"pyenv prefix $(pyenv latest {version})"
        prefix = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False).stdout.strip()
        candidates.append(f"{prefix}/bin/python{version}" if prefix else None)
    return next((Path(path) for path in candidates if path and _works(path)), None)


def _works(path: str) -> bool:
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def passes(path: Path) -> bool:
    """Run the unit tests with the locked packages, but the newest Django."""
    with tempfile.TemporaryDirectory(prefix="kyc-newer-") as folder:
        python = Path(folder) / "bin" / "python"
        uv = [sys.executable, "-m", "uv", "--quiet"]
        steps: tuple[list[str | Path], ...] = (
            [*uv, "venv", "--python", path, folder],
            [*uv, "pip", "install", "--python", python, "--no-deps", "-r", "requirements-dev.txt"],
            [*uv, "pip", "install", "--python", python, "--upgrade", "django>=6"],
            [
                python,
                "-c",
                "import sys, django; print(f'Python {sys.version.split()[0]}, Django {django.__version__}')",
            ],
            [python, "-m", "pytest", "-q", "-n", "2", "-m", MARKS, *(f"-Wignore:{start}" for start in WAITING)],
        )
        return all(subprocess.run(step, cwd=ROOT, check=False).returncode == 0 for step in steps)


if __name__ == "__main__":
    sys.exit(main())
