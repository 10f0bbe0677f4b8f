"""The working hours of a project: read as a person writes them, as a calendar, and as the next days of it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import Project
from submissions.workflow.business_time import (
    CLOSED,
    Calendar,
    Hours,
    add_business_time,
    business_time_between,
    national_holidays,
)

NEXT_DAYS = 10
MIDNIGHT = 24 * 60
PERIOD = re.compile(r"([01]?\d|2[0-4]):([0-5]\d) ?[-–~] ?([01]?\d|2[0-4]):([0-5]\d)")


class InvalidHours(ValueError):
    """The message says what to enter."""


@lru_cache(maxsize=1000)
def read_hours(text: str) -> Hours:
    """Return the periods of a text such as "09:00-12:00, 13:00-18:00"; none of an empty one.

    Raises:
        InvalidHours
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    periods = sorted(_read_period(part) for part in parts)
    if any(later[0] < earlier[1] for earlier, later in pairwise(periods)):
        raise InvalidHours(_("These periods overlap. Enter them one after the other: 09:00-12:00, 13:00-18:00."))
    return tuple(periods)


def _read_period(text: str) -> tuple[int, int]:
    match = PERIOD.fullmatch(text)
    begin, end = (60 * int(match[at]) + int(match[at + 1]) for at in (1, 3)) if match else (MIDNIGHT, MIDNIGHT)
    end = end or MIDNIGHT
    if max(begin + 1, end) > MIDNIGHT or begin == end:
        raise InvalidHours(
            _("Enter hours such as 09:00-18:00 or 09:00-12:00, 13:00-18:00. A whole day is 00:00-24:00.")
        )
    if begin > end:
        said = {"begin": _at(begin), "end": _at(end)}
        raise InvalidHours(
            _("%(begin)s-%(end)s ends after midnight. Enter %(begin)s-24:00 here and 00:00-%(end)s on the next day.")
            % said
        )
    return begin, end


def write_hours(hours: Hours) -> str:
    return ", ".join(f"{_at(begin)}-{_at(end)}" for begin, end in hours)


def _at(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def calendar_of(project: Project) -> Calendar | None:
    """Return the calendar in which the project's targets count; None: they count all the time."""
    if not project.counts_working_hours:
        return None
    days = {date.fromisoformat(day): CLOSED for day in project.days_off}
    days |= {date.fromisoformat(day): read_hours(own["hours"]) for day, own in project.working_days.items()}
    week = tuple(read_hours(text) for text in project.working_hours)
    return Calendar(project.zone, week, project.holiday_country, days)


def target_after(project: Project, start: datetime, hours: int) -> datetime:
    """Return the moment at which a target of so many hours ends that began at `start`."""
    calendar, duration = calendar_of(project), timedelta(hours=hours)
    return add_business_time(calendar, start, duration) if calendar else start + duration


@dataclass(frozen=True)
class Day:
    """`hours` is empty on a day off; `name` is the holiday's or the project's own."""

    date: date
    hours: str
    name: str

    @property
    def weekday(self) -> str:
        return str(WEEKDAYS_ABBR[self.date.weekday()])


@dataclass(frozen=True)
class Preview:
    days: list[Day]
    hours: float


def preview(project: Project) -> Preview | None:
    """Return the next days of the calendar, today included, and their working hours; None without a calendar."""
    calendar = calendar_of(project)
    if calendar is None:
        return None
    today = clock.now().astimezone(calendar.zone).date()
    begin = datetime.combine(today, time(), calendar.zone)
    worked = business_time_between(calendar, begin, begin + timedelta(days=NEXT_DAYS))
    days = [_day(project, calendar, today + timedelta(days=ahead)) for ahead in range(NEXT_DAYS)]
    return Preview(days, worked / timedelta(hours=1))


def _day(project: Project, calendar: Calendar, day: date) -> Day:
    own = project.working_days.get(day.isoformat(), {}).get("name") or project.days_off.get(day.isoformat())
    holidays = national_holidays(calendar.country, day.year, get_language() or "en")
    return Day(day, write_hours(calendar.hours_of(day)), own or holidays.get(day, ""))
