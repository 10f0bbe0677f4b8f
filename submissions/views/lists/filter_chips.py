"""Filters that came with a link from a report, in words: each can be taken away by itself."""

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import Source, User
from submissions.search import filters

NAMES = {
    "tries": gettext_lazy("Selfies sent"),
    "created_from": gettext_lazy("Created from"),
    "created_to": gettext_lazy("Created to"),
    "decided_from": gettext_lazy("Decided from"),
    "decided_to": gettext_lazy("Decided to"),
    "decided_by": gettext_lazy("Decided by"),
    "captured_by": gettext_lazy("Captured by"),
    "source": gettext_lazy("Decided by"),
    "code": gettext_lazy("Reject reason"),
    "retry": gettext_lazy("Asked again for"),
    "retry_from": gettext_lazy("Asked again from"),
    "retry_to": gettext_lazy("Asked again to"),
    "target": gettext_lazy("Review target"),
    "limit": gettext_lazy("24 hours"),
    "waited": gettext_lazy("Has waited"),
    "late": gettext_lazy("Past its review target"),
}
OUTCOMES = {"met": gettext_lazy("met"), "missed": gettext_lazy("missed")}


class Chip(NamedTuple):
    """`rest`: the query without this filter."""

    name: str
    label: str
    value: str
    shown: str
    rest: str


def chips(request: HttpRequest, but: tuple[str, ...]) -> list[Chip]:
    """One for each filter of the URL that has no field (`but`) of its own on the page."""
    found = []
    for name in filters.FILTERS:
        if name not in but and (value := request.GET.get(name)):
            rest = request.GET.copy()
            del rest[name]
            rest.pop("after", None)
            found.append(Chip(name, str(NAMES[name]), value, shown(name, value), rest.urlencode()))
    return found


def shown(name: str, value: str) -> str:
    """The value as a person would say it."""
    if value == filters.NONE:
        return _("none")
    if name in ("decided_by", "captured_by") and "\0" not in value:  # PostgreSQL takes none in a text
        return str(User.objects.filter(username=value).values_list("name", flat=True).first() or value)
    if name == "source" and value in Source.values:
        return str(Source(value).label)
    if name in ("target", "limit"):
        return str(OUTCOMES.get(value, value))
    if name == "late":
        return _("yes")
    return _waited(value) if name == "waited" else value


def _waited(value: str) -> str:
    least, most = filters.WAITED.get(value, (None, None))
    if least is None:
        return value
    hours = {"least": least, "most": most}
    return _("over %(least)d hours") % hours if most is None else _("%(least)d to %(most)d hours") % hours
