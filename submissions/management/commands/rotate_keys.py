"""`manage.py rotate_keys [--search]`: rewrap after a new first key in KYC_FIELD_KEYS (or KYC_SEARCH_KEYS)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.core import encryption
from submissions.privacy.keys import rotation
from submissions.search import reindex


class Command(BaseCommand):
    help = (
        "Rewrap the stored keys with the first master key while the portal runs. Continue after Ctrl-C by a new start. "
        'Remove the old key from the list only after it prints "Done".'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--search", action="store_true", help="rewrite the search hashes too")
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="rows per transaction")

    def handle(self, *args: Any, search: bool, batch: int, **options: Any) -> None:
        try:
            self._run(search, max(1, batch))
        except KeyboardInterrupt as stopped:
            raise CommandError("Stopped. What was done stays done; run it again to go on.") from stopped
        except encryption.CannotOpen as error:
            raise CommandError(f"{error}. Put that key back into the list and run it again.") from error
        if left := rotation.remaining():
            raise CommandError(
                f"{left} values were written under an older key in the meantime: a process still has the old list. "
                "Restart every process with the new one, then run this again. Keep the old key until then."
            )
        self.stdout.write("Done: the first key encrypts everything.")

    def _run(self, search: bool, batch: int) -> None:
        for progress in rotation.rewrap_all(batch):
            self._tell(progress)
        for done in reindex.reindex(batch) if search else ():
            if done.unreadable:
                raise encryption.CannotOpen(f"The keys of {', '.join(done.unreadable)} do not open")
            self._tell(rotation.Progress("search", done.seen, done.changed, done.total))

    def _tell(self, progress: rotation.Progress) -> None:
        self.stdout.write(f"{progress.table}: {progress.seen} of {progress.of}, {progress.changed} rewritten")
