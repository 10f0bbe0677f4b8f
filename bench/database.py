"""A throw-away PostgreSQL for a bench, and Django on it with the suite's settings."""

import os
import subprocess
import sys


def run_on_postgres(bench: str, options: str = "") -> int | None:
    """The exit code of `bench` run again with a database of its own; None when this process has one already.

    `options` go to the server; without them it neither syncs nor waits for the disk, as in the tests.
    """
    if os.environ.get("DATABASE_URL"):
        return None
    from tests import postgres

    with postgres.running(*([options] if options else [])) as url:
        command = [sys.executable, "-m", f"bench.{bench}"]
        return subprocess.run(command, env=postgres.environment(url), check=False).returncode


def set_up(*, migrate: bool = True) -> None:
    """Django, and the portal's tables where there are none yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
