"""`manage.py purge_events --older-than-years N`: remove whole sealed batches past retention (role kyc_purger)."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from submissions.audit import hash_chain
from submissions.core import clock

MIN_YEARS = 2  # access records of Korean law: at least two years


class Command(BaseCommand):
    help = "Run with the PostgreSQL role kyc_purger in DATABASE_URL; no other role can remove events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than-years", type=int, default=5)

    def handle(self, *args: Any, older_than_years: int, **options: Any) -> None:
        if older_than_years < MIN_YEARS:
            raise CommandError(f"Access records are kept at least {MIN_YEARS} years.")
        try:
            removed = hash_chain.purge(clock.now() - timedelta(days=366 * older_than_years))
        except DatabaseError as refused:
            raise CommandError(f"The database refuses: {refused}. Only the role kyc_purger may.") from refused
        self.stdout.write(f"{removed} events removed; their seals are kept.")
