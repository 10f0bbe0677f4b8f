"""`manage.py restore_keys FILE`: restore the keys of all non-erased records after a restore without them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.core import encryption
from submissions.privacy.keys import backup


class Command(BaseCommand):
    help = "Restore missing data keys from a FILE written by backup_keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            done = backup.restore(file)
        except (OSError, ValueError, backup.Incomplete) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        except encryption.CannotOpen as error:
            raise CommandError(f"{error}. Put that key back into KYC_FIELD_KEYS and run it again.") from error
        self.stdout.write(f"{done.written} keys restored; {done.left_out} skipped: erased, or not in this database.")
        if lost := backup.lost():
            raise CommandError(
                f"{backup.describe_lost(lost)}. Nobody can read them. Run the command again with a key backup that "
                "is newer than the database's dump."
            )
