"""A temporary PostgreSQL for a benchmark, and Django on it with the test settings."""

import os
import subprocess
import sys


def run_on_postgres(bench: str, options: str = "") -> int | None:
    """Run `bench` again with a database of its own; return its exit code, or None if this process already has one.

    `options`: for the server; without them it does not sync to disk, as in the tests.
    """
    if os.environ.get("DATABASE_URL"):
        return None
    from tests import postgres

    with postgres.running(*([options] if options else [])) as url:
        command = [sys.executable, "-m", f"bench.{bench}"]
        return subprocess.run(command, env=postgres.environment(url), check=False).returncode


def set_up(*, migrate: bool = True) -> None:
    """Set up Django, and create the portal's tables if they are missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
