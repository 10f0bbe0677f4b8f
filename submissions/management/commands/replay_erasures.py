"""`manage.py replay_erasures`: after a restore, before the portal opens: erase again what had been erased."""

from typing import Any

from django.core.management.base import BaseCommand

from submissions import erasure


class Command(BaseCommand):
    help = "Go through the journal of erasures in the storage and erase again what an older dump has brought back."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{erasure.replay()} erased again.")
