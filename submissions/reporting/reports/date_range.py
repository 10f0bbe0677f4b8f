"""The range of days of a report: from the URL, by preset or by dates, at most a quarter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.search.filter_engine import day, start_of

MAX_LENGTH = 92  # days, to bound the cost of a report
DEFAULT = "7"


@dataclass(frozen=True)
class Window:
    """First and last day, both included, in the portal's time zone."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """Return the first moment after the range."""
        return start_of(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1)]

    def decided(self, **filters: str) -> str:
        """Return the URL of the list of submissions decided in these days, with the filters."""
        return listed(decided_from=self.first.isoformat(), decided_to=self.last.isoformat(), **filters)

    def asked_again(self, **filters: str) -> str:
        return listed(retry_from=self.first.isoformat(), retry_to=self.last.isoformat(), **filters)


def listed(**filters: str) -> str:
    return f"{reverse('submission_list')}?{urlencode({name: text for name, text in filters.items() if text})}"


def presets() -> list[tuple[str, str]]:
    return [("1", _("Today")), ("7", _("Last 7 days")), ("30", _("Last 30 days")), ("90", _("Last 90 days"))]


def window_of(params: QueryDict) -> tuple[Window, str, list[str]]:
    """Return (window, its preset or "", messages about invalid dates)."""
    today = clock.today()
    problems: list[str] = []
    if params.get("from") or params.get("to"):
        window = _by_dates(params, today, problems)
        if window is not None:
            return window, "", problems
    preset = params.get("days", DEFAULT)
    if preset not in dict(presets()):
        problems.append(_("There is no range of “%(days)s” days; the last 7 are shown.") % {"days": preset[:20]})
        preset = DEFAULT
    return Window(today - timedelta(days=int(preset) - 1), today), preset, problems


def _by_dates(params: QueryDict, today: date, problems: list[str]) -> Window | None:
    first, last = day(params.get("from", "")), day(params.get("to", "") or today.isoformat())
    if first is None or last is None:
        problems.append(_("Write both days as YYYY-MM-DD, for example 2026-01-31. The last 7 days are shown."))
        return None
    if first > last:
        problems.append(_("The first day is after the last, so they were exchanged."))
        first, last = last, first
    if (last - first).days >= MAX_LENGTH:
        problems.append(_("At most %(days)d days are shown at once; these are the last ones.") % {"days": MAX_LENGTH})
        first = last - timedelta(days=MAX_LENGTH - 1)
    return Window(first, last)
