"""`manage.py hold`: shows the hold of a restored database, begins it by hand (part of a restore), or lifts it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from submissions.calls import hold, memory, recovery
from submissions.events import Actor
from submissions.models import Switch
from submissions.reason import is_reason

HERE = Actor(None, "command line")


class Command(BaseCommand):
    help = "Show, begin (--begin) or lift (--lift --reason TEXT) the hold of a restored database."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--begin", action="store_true", help="nothing is sent from now on")
        what.add_argument("--lift", action="store_true", help="sending goes on")
        parser.add_argument("--reason", default="", help="what was checked; goes into the record")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["begin"]:
            hold.begin(hold.BY_HAND, by=HERE)
        if options["lift"]:
            if not is_reason(options["reason"]):
                raise CommandError("--lift wants --reason: what was checked.")
            self._lift(options["reason"])
        switch = Switch.read()
        if switch.on_hold_since is None:
            self.stdout.write("not on hold")
            return
        self.stdout.write(f"on hold since {switch.on_hold_since:%Y-%m-%d %H:%M:%S} UTC ({switch.on_hold_why})")
        for name, value in recovery.progress().items():
            self.stdout.write(f"  {name}: {value}")

    def _lift(self, why: str) -> None:
        try:
            hold.lift(by=HERE, why=why)
        except hold.ErasuresMissed as error:
            raise CommandError(str(error)) from error
        except memory.NotKept as error:
            raise CommandError("The hold stays: neither Redis nor the data directory can be written.") from error
