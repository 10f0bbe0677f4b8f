"""Business time: adding and measuring are inverse, and a duration ends within working hours, also on days of 23 h."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from submissions.workflow.business_time import (
    Calendar,
    Hours,
    add_business_time,
    business_time_between,
    countries,
    national_holidays,
)

BERLIN, SEOUL = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Seoul")
DAY: Hours = ((9 * 60, 18 * 60),)
WHOLE_DAY: Hours = ((0, 24 * 60),)
OFFICE: tuple[Hours, ...] = (*[DAY] * 5, (), ())
ALWAYS = (WHOLE_DAY,) * 7
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office(country: str = "", zone: ZoneInfo = BERLIN, **days: Hours) -> Calendar:
    return Calendar(zone, OFFICE, country, {date.fromisoformat(day): hours for day, hours in days.items()})


def hours_of(minutes: Iterable[int]) -> Hours:
    ends = sorted(set(minutes))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


# Both changes of Berlin are in it: 29 March and 25 October 2026.
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC))
days = st.lists(st.integers(0, 48).map(lambda half: half * 30), max_size=6).map(hours_of)
weeks = st.tuples(*[days] * 7).filter(any)
special = st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 12, 31)), days, max_size=5)
calendars = st.builds(Calendar, st.sampled_from([BERLIN, SEOUL]), weeks, st.sampled_from(["", "DEU", "KOR"]), special)
durations = st.timedeltas(MINUTE, 60 * HOUR)


@given(calendars, moments, durations)
def test_time_between_is_the_added_time(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    assert business_time_between(calendar, start, add_business_time(calendar, start, duration)) == duration


@given(calendars, moments, durations)
def test_added_time_ends_in_working_hours(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    end = add_business_time(calendar, start, duration)
    assert end > start
    assert business_time_between(calendar, end - timedelta.resolution, end) == timedelta.resolution


@given(calendars, moments, durations)
def test_adding_the_time_between_returns_to_a_moment_of_work(
    calendar: Calendar, start: datetime, duration: timedelta
) -> None:
    end = add_business_time(calendar, start, duration)
    assert add_business_time(calendar, start, business_time_between(calendar, start, end)) == end


@given(calendars, moments, moments, moments)
def test_time_between_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    parts = [business_time_between(calendar, first, second), business_time_between(calendar, second, third)]
    assert sum(parts, timedelta()) == business_time_between(calendar, first, third)


@given(calendars, st.dates(date(2026, 3, 2), date(2026, 11, 28)))
def test_time_of_a_day_is_as_counted_minute_by_minute(calendar: Calendar, day: date) -> None:
    """The count looks at a wall clock each minute, so it needs no rule for the hour that is skipped or repeated."""
    hours = calendar.hours_of(day)
    assume(not any(2 * 60 < minute < 3 * 60 for period in hours for minute in period))
    begin = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
    end = datetime(*(day + timedelta(days=1)).timetuple()[:3], tzinfo=calendar.zone)
    worked, moment = 0, begin.astimezone(UTC)
    while moment < end:
        wall = moment.astimezone(calendar.zone)
        worked += any(opens <= wall.hour * 60 + wall.minute < closes for opens, closes in hours)
        moment += MINUTE
    assert business_time_between(calendar, begin, end) == worked * MINUTE


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-27T17:30", 4, "2026-11-30T12:30"),  # Friday to Monday
        ("2026-11-28T12:00", 4, "2026-11-30T13:00"),  # a weekend begins on Monday
        ("2026-11-30T08:00", 9, "2026-11-30T18:00"),  # it ends with the day, not at the next beginning
        ("2026-11-30T18:00", 1, "2026-12-01T10:00"),
        ("2026-11-30T10:00", 0, "2026-11-30T10:00"),
        ("2026-11-30T19:00", 0, "2026-12-01T09:00"),
        ("2026-12-24T17:00", 2, "2026-12-28T10:00"),  # 25 and 26 December, then Sunday
    ],
)
def test_target_in_office_hours(start: str, hours: int, end: str) -> None:
    assert add_business_time(office("DEU"), at(start), hours * HOUR) == at(end)


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-06-01", 24), ("2026-10-25", 25)])
def test_day_from_midnight_to_midnight_has_its_real_length(day: str, length: int) -> None:
    always = Calendar(BERLIN, ALWAYS)
    start = at(f"{day}T00:00")
    end = add_business_time(always, start, length * HOUR)
    assert end == datetime.combine(start.date() + timedelta(days=1), start.timetz())
    assert end.astimezone(UTC) - start.astimezone(UTC) == length * HOUR


def test_hours_around_a_clock_change_keep_the_wall_clock() -> None:
    night = Calendar(BERLIN, (((60, 240),),) * 7)  # 01:00-04:00
    assert business_time_between(night, at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 2 * HOUR
    assert business_time_between(night, at("2026-10-25T00:00"), at("2026-10-25T12:00")) == 4 * HOUR
    skipped = Calendar(BERLIN, (((120, 180),),) * 7)  # 02:00-03:00 does not exist on 29 March
    assert add_business_time(skipped, at("2026-03-29T01:00"), HOUR) == at("2026-03-30T03:00")


def test_own_day_replaces_weekday_and_holiday() -> None:
    own: dict[str, Hours] = {"2026-12-25": ((600, 660),), "2026-12-28": ()}
    calendar = office("DEU", **own)
    assert add_business_time(calendar, at("2026-12-24T18:00"), HOUR) == at("2026-12-25T11:00")
    assert add_business_time(calendar, at("2026-12-25T11:00"), HOUR) == at("2026-12-29T10:00")


def test_result_does_not_depend_on_the_zone_of_the_start() -> None:
    start = at("2026-11-27T17:30")
    assert add_business_time(office(), start.astimezone(SEOUL), 4 * HOUR) == at("2026-11-30T12:30")


@pytest.mark.parametrize("week", [(), ((),) * 7])
def test_week_without_hours_is_refused(week: tuple[Hours, ...]) -> None:
    with pytest.raises(ValueError, match="a week without working hours"):
        Calendar(BERLIN, week)


def test_nothing_lies_between_an_end_and_an_earlier_start() -> None:
    assert business_time_between(office(), at("2026-11-30T12:00"), at("2026-11-30T11:00")) == timedelta()


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("DEU", "en", "Christmas Day"),
        ("DEU", "ko", "Christmas Day"),
        ("KOR", "en", "Christmas Day"),
        ("KOR", "ko", "기독탄신일"),
    ],
)
def test_holiday_is_named_in_the_language_if_the_library_knows_it(country: str, language: str, name: str) -> None:
    assert national_holidays(country, 2026, language)[date(2026, 12, 25)] == name


def test_country_that_the_library_dropped_has_no_holidays() -> None:
    assert "ZZZ" not in countries()
    assert national_holidays("ZZZ", 2026) == {}
