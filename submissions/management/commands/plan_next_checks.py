"""`manage.py plan_next_checks`: plan the re-verification of customers approved before the portal did it."""

from typing import Any

from django.core.management.base import BaseCommand

from submissions.workflow import next_checks


class Command(BaseCommand):
    help = (
        "Plan the next check of every approved submission that has none, while the portal runs. Needed once, after the "
        "update that adds re-verification. Ctrl-C stops it; run it again to continue."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while planned := next_checks.plan_missing():
            total += planned
            self.stdout.write(f"{total} planned")
        self.stdout.write("Done: every approved submission has its next check.")
