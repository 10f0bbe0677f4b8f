"""The range of days of a report: in the URL, by preset or by dates, at most a quarter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.search.filter_engine import day, start_of

MAX_LENGTH = 92  # days, so that queries are bounded
DEFAULT = "14"


@dataclass(frozen=True)
class Window:
    """First and last day, both included, in the user's time zone."""

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

    @property
    def previous(self) -> "Window":
        """Return the range of the same length directly before this one."""
        length = len(self.days)
        return Window(self.first - timedelta(days=length), self.last - timedelta(days=length))

    @property
    def in_words(self) -> str:
        first, last = (formats.date_format(day, "DATE_FORMAT") for day in (self.first, self.last))
        return first if first == last else f"{first} – {last}"

    @property
    def query(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def decided(self, **filters: str) -> str:
        """Return the URL parameters of the list of decisions in this range with the filters."""
        return listed(decided_from=self.first.isoformat(), decided_to=self.last.isoformat(), **filters)

    def asked_again(self, **filters: str) -> str:
        return listed(retry_from=self.first.isoformat(), retry_to=self.last.isoformat(), **filters)


def listed(**filters: str) -> str:
    return f"{reverse('submission_list')}?{urlencode({name: text for name, text in filters.items() if text})}"


def presets() -> list[tuple[str, str]]:
    days = [(str(count), _("%(count)d days") % {"count": count}) for count in (7, 14, 30, 90)]
    return [("1", _("Today")), *days]


def window_of(given: QueryDict) -> tuple[Window, str, list[str]]:
    """Return (window, its preset or "", messages about invalid parameters)."""
    today = clock.local_today()
    sentences: list[str] = []
    if given.get("from") or given.get("to"):
        found = _by_dates(given, today, sentences)
        if found is not None:
            return found, "", sentences
    preset = given.get("days", DEFAULT)
    if preset not in dict(presets()):
        asked = {"days": preset[:20], "shown": DEFAULT}
        sentences.append(_("There is no period of “%(days)s” days. The last %(shown)s days are shown.") % asked)
        preset = DEFAULT
    return Window(today - timedelta(days=int(preset) - 1), today), preset, sentences


def _by_dates(given: QueryDict, today: date, sentences: list[str]) -> Window | None:
    first, last = day(given.get("from", "")), day(given.get("to", "") or today.isoformat())
    if first is None or last is None:
        sentence = _("Enter both days as YYYY-MM-DD, for example 2026-01-31. The last %(shown)s days are shown.")
        sentences.append(sentence % {"shown": DEFAULT})
        return None
    if first > last:
        sentences.append(_("The first day is after the last, so the two days were exchanged."))
        first, last = last, first
    if (last - first).days >= MAX_LENGTH:
        sentences.append(_("A period has at most %(days)d days. The last of them are shown.") % {"days": MAX_LENGTH})
        first = last - timedelta(days=MAX_LENGTH - 1)
    return Window(first, last)
