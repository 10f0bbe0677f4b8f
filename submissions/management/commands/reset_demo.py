"""`manage.py reset_demo`: delete the demo's data and create the samples again, while `make run` is stopped."""

import fcntl
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from submissions.accounts import demo

# In DATA_DIR. Keys, certificates and the password stay.
FILES = ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", demo.REMEMBERED, demo.RECORDS)
SANDBOX_FILES = ("sandbox.sqlite3", "sandbox.sqlite3-wal", "sandbox.sqlite3-shm")
FOLDERS = ("media", "mail", "ledger")


class Command(BaseCommand):
    help = "Delete the demo's data and create the sample submissions again. Stop make run first."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo.is_allowed(settings) or settings.ARGOS_BASE_URL or connection.vendor != "sqlite":
            raise CommandError("This is no demo: its database or its vendor is real. Nothing was changed.")
        with (settings.DATA_DIR / "run.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CommandError("The portal is running. Stop make run with Ctrl-C, then try again.") from error
            connection.close()
            _delete(settings.DATA_DIR)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("prepare_demo", stdout=self.stdout)
        self.stdout.write("Start it with: make run")


def _delete(data_dir: Path) -> None:
    for name in (*FILES, *SANDBOX_FILES):
        (data_dir / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(data_dir / name, ignore_errors=True)
