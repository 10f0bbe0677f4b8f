"""Django's own, and what the vendor package marks with `N_` (development only: needs gettext)."""

from typing import Any

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=N_"]

    def handle(self, *args: Any, **options: Any) -> None:
        ignored = [*(options["ignore_patterns"] or []), ".venv/*", "tests/*", "bench/*", "node_modules/*"]
        options |= {"ignore_patterns": ignored, "no_wrap": True, "add_location": "file"}
        super().handle(*args, **options)
