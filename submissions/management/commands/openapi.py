"""Write the OpenAPI document of the API, unless it breaks the clients of the last release."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from submissions.api import app, compatibility, openapi

PATH = "docs/openapi.json"
RELEASED = "docs/openapi.released.json"  # only a release changes it


def text() -> str:
    return json.dumps(openapi.document(app.api), indent=2, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    help = "Write docs/openapi.json. Refuses a breaking change: add a new version of the API instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", default=str(Path(settings.BASE_DIR) / PATH))
        parser.add_argument("--released", default=str(Path(settings.BASE_DIR) / RELEASED))

    def handle(self, *args: Any, output: str, released: str, **options: Any) -> None:
        path, new = Path(output), text()
        if broken := compatibility.broken_by(json.loads(new), json.loads(Path(released).read_text())):
            raise CommandError("Breaking changes, so nothing was written:\n" + "\n".join(broken))
        path.write_text(new)
        self.stdout.write(f"{path.name} is written.")
