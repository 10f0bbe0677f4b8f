"""PgBouncer in transaction mode in front of a temporary PostgreSQL: `python -m tests.pooler pytest -q tests/...`.

The command gets the pooler's URL as DATABASE_URL, with DATABASE_POOLER=1. Without arguments it runs the tests of
`CHOSEN`, then web, worker and beat from draft to decision. The pool is small, so that consecutive transactions of one
client run on different connections.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from kycportal.run import free_port
from tests import postgres
from tests.stack import Stack

MISSING = """PgBouncer is not installed, so NOTHING WAS TESTED. Install it, then run this again:
    apt-get install pgbouncer        (Debian, Ubuntu; elsewhere the package has the same name)
"""
CHOSEN = (
    *("tests/submissions/models", "tests/submissions/outbox", "tests/submissions/workflow", "tests/submissions/review"),
    *("tests/submissions/audit", "tests/submissions/search"),
)
POOL = 12  # connections to PostgreSQL; the race tests hold up to ten open transactions
READY_WITHIN = 20
HANDED_ON = ("DATABASE_URL", "DATABASE_POOLER", "SECRET_KEY", "KYC_FIELD_KEYS", "KYC_SEARCH_KEYS")
DECIDE = """
from submissions.audit import events
from submissions.models import Submission, User, Verdict
from submissions.review import decisions
from submissions.review.workload import claims
from submissions.review.warnings import warnings_of
by = events.actor_for(User.objects.get(username="officer"))
submission = Submission.objects.get(pk="{pk}")
claims.claim(submission, by=by)
submission.refresh_from_db()
open_now = [warning.code for warning in warnings_of(submission, by.user)]
decisions.decide(submission, Verdict.APPROVED, by=by, ticked=open_now, comment="Compared with the card.")
"""


def find_program() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def running(program: str, server: str) -> Iterator[str]:
    """Return the URL of a transaction pooler for the PostgreSQL at `server`; show its log if it fails."""
    folder = Path(tempfile.mkdtemp(prefix="kyc-pool-"))
    parts, port = urlsplit(server), free_port()
    (folder / "pgbouncer.ini").write_text(
        f"""[databases]
* = user=postgres host={parts.hostname} port={parts.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
max_client_conn = 200
logfile = {folder}/log
"""
    )
    user = postgres.owner()
    postgres.give(folder, user)
    process = subprocess.Popen(postgres.as_user(user, [program, "-q", str(folder / "pgbouncer.ini")]), cwd="/")
    try:
        url = f"postgres://postgres@127.0.0.1:{port}{parts.path}"
        _wait(url, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise RuntimeError(f"PgBouncer did not start: {log.read_text() if log.exists() else ''}") from error
            time.sleep(0.1)
        else:
            return


def do_main_job(environment: dict[str, str]) -> None:
    """Create three submissions and decide one in a whole stack behind the pooler; raise if one does not finish."""
    tags = {"one": "pending", "two+approved": "approved", "three+liveness": "pending"}
    with tempfile.TemporaryDirectory(prefix="kyc-pooled-") as folder:
        stack = Stack(Path(folder), **{name: environment[name] for name in HANDED_ON})
        try:
            stack.wait_until_ready()
            first, *_others = stack.file([{"email": f"{tag}@example.com", "to": to} for tag, to in tags.items()])
            stack.manage("shell", "-c", DECIDE.format(pk=first))
            until = time.monotonic() + READY_WITHIN * 3
            while (status := stack.query(f"Submission.objects.get(pk={first!r}).status")) != "approved":
                if time.monotonic() > until:
                    raise RuntimeError(f"the decision is still {status}: {stack.tail()}")
        finally:
            stack.stop()
    sys.stdout.write("Through PgBouncer, web, worker and beat submitted three submissions and decided one.\n")


def main() -> int:
    program = find_program()
    if program is None:
        sys.stderr.write(MISSING)
        return 2
    # The test database stays until PostgreSQL ends, because the pool's connections prevent dropping it.
    command = sys.argv[1:] or ["pytest", "-q", *CHOSEN]
    if command[0] == "pytest":
        command += ["--reuse-db"]
    with postgres.running() as server, running(program, server) as url:
        environment = {**postgres.environment(url), "DATABASE_POOLER": "1"}
        ended = subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode
        if ended == 0 and not sys.argv[1:]:
            do_main_job(environment)
        return ended


if __name__ == "__main__":
    sys.exit(main())
