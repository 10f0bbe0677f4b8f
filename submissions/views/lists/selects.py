"""The `<select>`s of the filters above a list; `templates/_select.html` shows one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

Choices = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    choices: list[tuple[str, str]]  # (value, label)
    chosen: str  # a value, or "" for any


def select(request: HttpRequest, name: str, label: str, choices: Choices) -> Select:
    return Select(name, label, list(choices), request.GET.get(name, ""))
