"""`manage.py replay_erasures`: after a restore, before the portal opens, repeat the erasures of the journal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.privacy import erasure


class Command(BaseCommand):
    help = "Repeat the erasures of the journal in the storage after a restore of an older dump."

    def handle(self, *args: Any, **options: Any) -> None:
        done = erasure.replay()
        self.stdout.write(f"{done.erased} submissions erased again.")
        if done.waiting:
            raise CommandError(
                f"{len(done.waiting)} wait for an open call: {', '.join(done.waiting[:20])}. Run this again once "
                "`manage.py hold` shows none as unknown; the hold cannot be lifted before."
            )
