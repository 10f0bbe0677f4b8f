"""`manage.py verify_events [--seal FILE]`: check the audit log against its hash chain."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.audit import hash_chain
from submissions.models import Seal


class Command(BaseCommand):
    help = "Find events that were altered, removed, inserted or reordered since they were added to the chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seal", type=Path, help="a seal exported earlier with export_seal, to compare with")

    def handle(self, *args: Any, seal: Path | None, **options: Any) -> None:
        problems = list(hash_chain.verify(_exported(seal)))
        for problem in problems:
            self.stdout.write(f"seal {problem.seal}: {problem.text}")
        if problems:
            raise CommandError(f"{len(problems)} sign(s) of tampering. Keep the database as it is and ask why.")
        newest = hash_chain.export()
        if seal is None:
            self.stdout.write("Without an exported seal, events removed at the end are not detected.")
        summary = f"{Seal.objects.count()} seals verified; newest {newest['digest']}" if newest else "no seal yet"
        self.stdout.write(summary)


def _exported(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text())
        return {"number": int(found["number"]), "digest": str(found["digest"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not a seal as export_seal prints it: {error}") from error
