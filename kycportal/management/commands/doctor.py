"""`manage.py doctor [--json]`: check the installation and print what to do about each problem."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kycportal.doctor import Check, Grade, Result, config, examine, parts, vendor

CHECKS: dict[str, Check] = {
    "configuration": config.configuration,
    "files": config.files,
    "database": parts.database,
    "keys": config.master_keys,
    "broker": parts.redis,
    "worker": parts.worker_and_beat,
    "storage": parts.storage,
    "vendor": vendor.reach,
    "clock": vendor.clocks,
    "mail": parts.mail,
    "events": parts.record_of_events,
    "audit stream": parts.audit_stream,
    "sending": parts.sending,
}
# These need the database: while it is unavailable, one cause would give six results.
ON_DATABASE = {"keys", "vendor", "clock", "events", "audit stream", "sending"}


class Command(BaseCommand):
    help = "Check every part of this installation and say what to do. Exit code 1 if a part is BAD."
    requires_system_checks: list[str] = []  # `doctor` runs them itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object per line")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        answers = parts.database_answers()
        found = examine({part: check for part, check in CHECKS.items() if answers or part not in ON_DATABASE})
        for result in found:
            self.stdout.write(_object(result) if json else _lines(result))
        wrong = sum(result.grade == Grade.BAD for result in found)
        if wrong:
            raise CommandError(f"{wrong} of {len(found)} results are BAD.")


def _lines(result: Result) -> str:
    first = f"{result.grade:<5}{result.part:<14}{result.state}"
    return f"{first}\n{'':<19}-> {result.do}" if result.do else first


def _object(result: Result) -> str:
    return json.dumps(asdict(result))
