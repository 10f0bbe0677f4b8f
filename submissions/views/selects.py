"""The `<select>`s of the filters above a list, with what the address has chosen."""

from collections.abc import Iterable
from functools import lru_cache

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from argos import matrix

Choices = Iterable[tuple[str, str]]


def select(request: HttpRequest, name: str, label: str, choices: Choices) -> SafeString:
    """A filter in one piece: a template's loop over its options is ten times the work."""
    offered = tuple(choices)
    chosen = request.GET.get(name, "")
    return _written(name, label, _("Any"), offered, chosen if chosen in dict(offered) else "")


@lru_cache(maxsize=256)
def _written(name: str, label: str, any_of_them: str, choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    lines = ((value, " selected" if value == chosen else "", said) for value, said in choices)
    return format_html(
        '<label>{} <select name="{}"><option value="">{}</option>{}</select></label>',
        label,
        name,
        any_of_them,
        format_html_join("", '<option value="{}"{}>{}</option>', lines),
    )


@lru_cache(maxsize=4)
def countries(language: str) -> SafeString:
    """The options of a list of 249, written once for a language: they were a third of the queue's work."""
    return format_html_join("\n", '<option value="{}">{}</option>', matrix.country_choices(language))
