"""Show the filters of a report's link in words; each can be removed separately."""

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.core.vendor_text import named
from submissions.models import Project, Source, User
from submissions.search import filters
from submissions.search.filter_engine import NONE

OUTCOMES = {"met": gettext_lazy("met"), "missed": gettext_lazy("missed")}


class Chip(NamedTuple):
    """`rest`: the query without this filter."""

    name: str
    label: str
    value: str
    shown: str
    rest: str


def chips(request: HttpRequest, but: tuple[str, ...]) -> list[Chip]:
    """Return one chip for each filter of the URL that has no field (`but`) of its own on the page."""
    chips = []
    for name, definition in filters.FILTERS.items():
        if name not in but and (value := request.GET.get(name)):
            rest = request.GET.copy()
            del rest[name]
            rest.pop("after", None)
            chips.append(Chip(name, str(definition.label), value, shown(name, value), rest.urlencode()))
    return chips


def shown(name: str, value: str) -> str:
    """Return the value in words."""
    if value == NONE:
        return _("none")
    if name in ("decided_by", "captured_by") and "\0" not in value:  # PostgreSQL accepts none in a text
        return str(User.objects.filter(username=value).values_list("name", flat=True).first() or value)
    if name == "source" and value in Source.values:
        return named(Source(value).label, Project.objects.shared_vendor_name())
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
