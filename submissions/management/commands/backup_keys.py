"""`manage.py backup_keys FOLDER [--keep-days N]`: back up the wrapped data keys, separately from long-kept dumps."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.privacy.keys import backup


class Command(BaseCommand):
    help = "Write the wrapped data keys to FOLDER and delete its backups older than --keep-days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep-days", type=int, default=7)

    def handle(self, *args: Any, folder: Path, keep_days: int, **options: Any) -> None:
        keep = timedelta(days=keep_days)
        if not timedelta(days=1) <= keep <= backup.MAX_LENGTH:
            raise CommandError(f"--keep-days is 1 to {backup.MAX_LENGTH.days}: an erased person can be read so long.")
        try:
            path, count = backup.write(folder)
            removed = backup.prune(folder, keep)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{count} keys in {path}; {removed} older backups removed.")
