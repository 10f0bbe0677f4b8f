"""The `<select>`s of the filters above a list, with what the address has chosen."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Choices = Iterable[tuple[str, str]]


def select(request: HttpRequest, name: str, label: str, choices: Choices) -> dict[str, str]:
    """For `_select.html`. The options are written here: a template's loop over them is ten times the work."""
    return {"name": name, "label": label, "options": _options(choices, request.GET.get(name, ""))}


def _options(choices: Choices, chosen: str) -> SafeString:
    lines = ((value, " selected" if value == chosen else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', lines)
