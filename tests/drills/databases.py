"""Create a database for each drill: PostgreSQL copied from a migrated one, or the embedded SQLite file."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import postgres
from tests.stack import ROOT

MIGRATED = "migrated"


class Postgres:
    """One server for a whole run; `fresh(name)` returns the URL of a database with empty tables."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = postgres.environment(url)
        self._execute(f"CREATE DATABASE {MIGRATED}")
        migrate(self.environment | {"DATABASE_URL": named(url, MIGRATED)})

    def fresh(self, name: str) -> dict[str, str]:
        """Return the environment of a process that uses it."""
        self._execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
        return self.environment | {"DATABASE_URL": named(self.url, name)}

    def drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


def named(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def postgresql() -> Iterator[Postgres]:
    with postgres.running() as url:
        yield Postgres(url)


def sqlite() -> dict[str, str]:
    """Use the embedded default: no DATABASE_URL; the file is in DATA_DIR."""
    environment = postgres.environment("")
    return {name: value for name, value in environment.items() if name != "DATABASE_URL"}


def migrate(environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="kyc-migrate-") as folder:
        command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
        settings = {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "kycportal.settings"}
        subprocess.run(command, cwd=ROOT, env={**environment, **settings}, check=True)
