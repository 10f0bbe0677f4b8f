"""`manage.py export_seal [--to ADDRESS]`: export the newest seal, to be kept away from this system's administrators."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError

from submissions.audit import hash_chain


class Command(BaseCommand):
    help = "Print the newest seal of the audit log, or send it by e-mail. It contains no personal data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", help="e-mail address outside this system")

    def handle(self, *args: Any, to: str | None, **options: Any) -> None:
        hash_chain.seal_due()
        newest = hash_chain.export()
        if newest is None:
            raise CommandError("Nothing has been recorded yet, so there is no seal.")
        text = json.dumps(newest)
        if to:
            send_mail(f"[KYC Portal] Audit log seal {newest['number']}", text, None, [to])
        self.stdout.write(text)
