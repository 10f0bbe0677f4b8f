"""A PostgreSQL server that keeps its filled databases between runs, so that a million rows are generated only once.

It is in `artifacts/bench` (git-ignored), or in the system's temporary folder if PostgreSQL's user cannot read the
checkout. The keys of its encrypted values are beside it.
"""

import hashlib
import json
import os
import secrets
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import psycopg.rows

from bench import ROOT
from bench.size import IS_SMALL
from kycportal.run import free_port
from tests import postgres

ELSEWHERE = Path("/var/tmp")
NAME = "small" if IS_SMALL else "full"
# As an operator would set them on a machine of this size, with the default durability.
SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "maintenance_work_mem": "512MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "max_connections": "120",
    "listen_addresses": "127.0.0.1",
}
# Durability is off while a database is filled; an incomplete one is generated again.
FILLING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Cluster:
    """One server on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.user = postgres.owner()
        self.binaries = postgres.binaries_with("initdb")
        self.port = 0

    def make(self) -> None:
        """Create an empty cluster if there is none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        postgres.give(self.folder, self.user)
        if not self.data.exists():
            self._run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale")

    @contextmanager
    def running(self, **more: str) -> Iterator["Cluster"]:
        self.port = free_port()
        given = {**SETTINGS, **more, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={value}" for name, value in given.items())
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", self.folder / "log", "-o", options, "start")
        try:
            yield self
        finally:
            self._run("pg_ctl", "-D", self.data, "-w", "-t", "300", "-m", "fast", "stop")

    def _run(self, name: str, *arguments: str | Path) -> None:
        postgres._run(self.user, [self.binaries / name, *arguments])

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[psycopg.rows.TupleRow]:
        return psycopg.connect(self.url(database), autocommit=True)

    def databases(self) -> set[str]:
        with self.connect() as connection:
            return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}

    def create(self, database: str, template: str = "template1") -> None:
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    def drop(self, database: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def rename(self, database: str, to: str) -> None:
        with self.connect() as connection:
            connection.execute(f'ALTER DATABASE "{database}" RENAME TO "{to}"')

    def keys(self) -> dict[str, str]:
        """Return the keys that decrypt the data; generated once."""
        path = self.folder / "keys.json"
        if not path.exists():
            made = {name: urlsafe_b64encode(os.urandom(32)).decode() for name in ("KYC_FIELD_KEYS", "KYC_SEARCH_KEYS")}
            path.touch(mode=0o600)
            path.write_text(json.dumps({**made, "SECRET_KEY": secrets.token_urlsafe(50)}))
        found: dict[str, str] = json.loads(path.read_text())
        return found


def kept() -> Cluster:
    """Return the cluster of this checkout."""
    inside = ROOT / "artifacts" / "bench"
    inside.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(inside / NAME)
    if cluster.user is not None and not _may_enter(cluster.user, inside):
        cluster = Cluster(ELSEWHERE / f"kyc-bench-{NAME}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}")
    cluster.make()
    return cluster


def _may_enter(user: str, folder: Path) -> bool:
    done = subprocess.run(["setpriv", f"--reuid={user}", "--clear-groups", "test", "-x", str(folder)], check=False)
    return done.returncode == 0
