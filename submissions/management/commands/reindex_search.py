"""`manage.py reindex_search [--after ID]`: rebuild the search hashes with the current normalisation."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.search import reindex


class Command(BaseCommand):
    help = (
        "Rebuild the search hashes of all submissions while the portal runs, so that a search finds older ones by "
        "today's rules. Ctrl-C stops it and prints the option that continues from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=uuid.UUID, help="continue after the submission with this id")
        parser.add_argument("--batch", type=int, default=reindex.BATCH, help="submissions in one transaction")

    def handle(self, *args: Any, after: uuid.UUID | None, batch: int, **options: Any) -> None:
        unreadable: list[str] = []
        last = after
        try:
            for progress in reindex.reindex(max(1, batch), after):
                last = progress.last
                unreadable += progress.unreadable
                self.stdout.write(f"{progress.seen} of {progress.total}, {progress.changed} changed, last id {last}")
        except KeyboardInterrupt as stopped:
            option = f" with --after {last}" if last else ""
            raise CommandError(f"Stopped. What was done stays done; run it again{option} to continue.") from stopped
        if unreadable:
            raise CommandError(
                f"The keys of {len(unreadable)} submissions cannot be opened, so a search finds them as before: "
                f"{', '.join(unreadable)}. Run manage.py doctor, restore the keys, then run this again."
            )
        self.stdout.write("Done: every submission is indexed by the current rules.")
