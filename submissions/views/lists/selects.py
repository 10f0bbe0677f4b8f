"""The `<select>`s of the filters above a list; `templates/_select.html` shows one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from submissions.search.filter_engine import ANY
from submissions.signals import warning_texts

Choices = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    choices: list[tuple[str, str]]  # (value, label)
    chosen: str  # a value, or "" for any
    is_data: bool = False  # the labels are names that people typed

    def known(self) -> "Select":
        """Return the select with no choice, if the chosen value is none of its choices."""
        return self if self.chosen in dict(self.choices) else replace(self, chosen="")


def skipped_checks(request: HttpRequest, names: Iterable[str]) -> Select:
    """The filter by checks that ARGOS skipped; a check of the URL that no submission has stays chosen."""
    chosen = request.GET.get("skipped", "")
    listed = dict.fromkeys([*names, *([chosen] if chosen and chosen != ANY else [])])
    choices = [(ANY, _("Any skipped check")), *((name, warning_texts.label_of_code(name)) for name in listed)]
    return select(request, "skipped", _("Skipped checks"), choices)


def select(request: HttpRequest, name: str, label: str, choices: Choices, *, is_data: bool = False) -> Select:
    return Select(name, label, list(choices), request.GET.get(name, ""), is_data)
