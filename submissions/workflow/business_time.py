"""Durations that count only in the working hours of a calendar. Pure functions: no database and no present time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import holidays

Hours = tuple[tuple[int, int], ...]  # begin and end in minutes after midnight (0 to 1440), rising, without overlap
CLOSED: Hours = ()
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Calendar:
    """When people work: `week` from Monday to Sunday, closed on the country's national holidays.

    `days` replaces the hours of single days, holidays included.

    Raises:
        ValueError: the week has no working hours, so no duration would ever end.
    """

    zone: ZoneInfo
    week: tuple[Hours, ...]
    country: str = ""  # ISO 3166 alpha-3; empty: no holidays
    days: Mapping[date, Hours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not any(self.week):
            raise ValueError("a week without working hours")

    def hours_of(self, day: date) -> Hours:
        if day in self.days:
            return self.days[day]
        return CLOSED if day in national_holidays(self.country, day.year) else self.week[day.weekday()]

    def periods_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the beginning and end (UTC) of each period of work after `start`; the first begins at it or later."""
        start = start.astimezone(UTC)  # within one zone, Python's arithmetic ignores the clock changes
        day = start.astimezone(self.zone).date()
        while True:
            for opens, closes in self.hours_of(day):
                begin, end = max(start, self._moment(day, opens)), self._moment(day, closes)
                if begin < end:
                    yield begin, end
            day += timedelta(days=1)

    def _moment(self, day: date, minutes: int) -> datetime:
        """Return a local time in UTC. One that occurs twice is the first; a skipped one is the first after the gap."""
        local = datetime.combine(day, time()) + minutes * MINUTE
        while (moment := local.replace(tzinfo=self.zone).astimezone(UTC)).astimezone(self.zone).time() != local.time():
            local += MINUTE
        return moment


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the ISO 3166 codes of the countries whose holidays are known."""
    return frozenset(holidays.utils.list_supported_countries(include_aliases=True))


@lru_cache(maxsize=1000)
def national_holidays(country: str, year: int, language: str = "en") -> Mapping[date, str]:
    """Return the names of the country's holidays in the language, else in English, else in the country's own."""
    if country not in countries():
        return {}
    known = getattr(holidays, country).supported_languages
    spoken = next((code for code in (language, "en_US") if code in known), None)
    return dict(holidays.country_holidays(country, years=year, language=spoken))


def add_business_time(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """Return the moment at which `duration` of working time has passed since `start`.

    Without a duration it is `start`, or the next beginning of work. A duration that ends with a period of work ends
    there, not at the beginning of the next one.
    """
    periods = calendar.periods_from(start)
    begin, end = next(periods)
    while duration > end - begin:
        duration -= end - begin
        begin, end = next(periods)
    return begin + duration


def business_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time from `start` to `end`; none if `end` is not later."""
    periods = takewhile(lambda period: period[0] < end, calendar.periods_from(start))
    return sum((min(closes, end) - opens for opens, closes in periods), timedelta())
