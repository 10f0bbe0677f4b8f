"""`manage.py retention [--dry-run]`: count the submissions due for erasure, and erase them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from submissions.privacy import retention


class Command(BaseCommand):
    help = "Erase submissions whose retention periods have ended. Beat does the same every ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for due in retention.dry_run():
            self.stdout.write(f"{due.project}: {due.clock}: {due.count} due, {due.on_hold} on legal hold")
        if dry_run:
            self.stdout.write("Nothing was erased.")
            return
        erased = 0
        while done := retention.erase_due():
            erased += done
        self.stdout.write(f"{erased} submissions erased.")
