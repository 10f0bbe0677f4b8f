"""`manage.py event_parts`: what parts the record of events has, with room made; `--divide`, `--drop-emptied`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions import partitions


class Command(BaseCommand):
    help = "Divide the record of events into parts by id (PostgreSQL), while the portal works."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--divide", action="store_true", help="make the one table the first of many parts")
        parser.add_argument("--each", type=int, default=partitions.EACH, help="events in a part")
        parser.add_argument("--drop-emptied", action="store_true", help="take off parts that purge_events has emptied")

    def handle(self, *args: Any, divide: bool, each: int, drop_emptied: bool, **options: Any) -> None:
        if not partitions.are_possible():
            raise CommandError("Only PostgreSQL has parts; on SQLite the record of events is one table.")
        if divide:
            partitions.divide(each)
        if not partitions.is_divided():
            self.stdout.write("The record of events is one table. --divide makes it the first of many parts.")
            return
        if made := partitions.make_room(each):
            self.stdout.write(f"parts made for what comes: {made}")
        for name in partitions.drop_emptied() if drop_emptied else []:
            self.stdout.write(f"taken off: {name}")
        for part in partitions.parts():
            self.stdout.write(f"{part.name}: ids {part.low or 0} to {part.high - 1}, {part.bytes / 1e6:.0f} MB")
