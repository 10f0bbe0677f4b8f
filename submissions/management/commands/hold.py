"""`manage.py hold`: show the hold of a restored database, begin it manually (part of a restore), or lift it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from submissions.audit.events import Actor
from submissions.core.typed_reason import is_reason
from submissions.models import Switch
from submissions.outbox import restore_hold, restore_watermark
from submissions.vendor_sync import restore_recovery

HERE = Actor(None, "command line")


class Command(BaseCommand):
    help = "Show, begin (--begin) or lift (--lift --reason TEXT) the hold of a restored database."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--begin", action="store_true", help="send nothing from now on")
        what.add_argument("--lift", action="store_true", help="resume sending")
        parser.add_argument("--reason", default="", help="what was checked; stored in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["begin"]:
            restore_hold.begin(restore_hold.BY_HAND, by=HERE)
        if options["lift"]:
            if not is_reason(options["reason"]):
                raise CommandError("--lift wants --reason: what was checked.")
            self._lift(options["reason"])
        switch = Switch.read()
        if switch.on_hold_since is None:
            self.stdout.write("not on hold")
            return
        self.stdout.write(f"on hold since {switch.on_hold_since:%Y-%m-%d %H:%M:%S} UTC ({switch.on_hold_why})")
        for name, value in restore_recovery.progress().items():
            self.stdout.write(f"  {name}: {value}")

    def _lift(self, why: str) -> None:
        try:
            restore_hold.lift(by=HERE, why=why)
        except restore_hold.ErasuresMissed as error:
            raise CommandError(str(error)) from error
        except restore_watermark.WatermarkNotWritten as error:
            raise CommandError("The hold stays: neither Redis nor the data directory can be written.") from error
