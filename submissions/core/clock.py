"""The only source of the current time. Every decision that depends on the time calls `now()`.

Deadlines are the vendor's, so they are judged by `vendor_now()`: the host's clock corrected by the vendor's last `Date`
header. A correction above `MAX_DRIFT` means that one of the clocks is wrong; sending stops (`outbox.gate`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from datetime import timezone as fixed
from typing import Protocol

from django.utils import timezone

MAX_DRIFT = timedelta(seconds=60)
DATE_STEP = 1.0  # seconds: the header has whole seconds, rounded down
UTC_PLUS_14 = fixed(timedelta(hours=14))
_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


class HasClockOffset(Protocol):
    clock_offset: float


def now() -> datetime:
    return timezone.now() + _shift.get()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Shift the clock of this thread alone. Only `demo` does, to give sample submissions a past; a test holds that."""
    before = _shift.set(_shift.get() + by)
    try:
        yield
    finally:
        _shift.reset(before)


def today() -> date:
    """Return the date in the portal's time zone (`TIME_ZONE`), which decides on expiry of IDs and on ages."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the date of a moment in the portal's time zone."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def local_today() -> date:
    """Return the date in the time zone of the person whose page it is, for lists, reports and counts of today."""
    return timezone.localdate(now())


def latest_day() -> date:
    """Return the date in the earliest time zone on earth; a later date is in the future everywhere."""
    return now().astimezone(UTC_PLUS_14).date()


def vendor_now(project: HasClockOffset) -> datetime:
    """Return the host's time plus the project's last measured offset (seconds, vendor minus host)."""
    return now() + timedelta(seconds=project.clock_offset)


def offset_told(date: datetime, took: float, believed: float = 0.0) -> float:
    """Return the offset (seconds, vendor minus host) by the `Date` header of an exchange that has just ended.

    The vendor wrote the header at an unknown moment of the exchange, which took `took` seconds. So a range of offsets
    is possible, and `believed` is returned if it is in the range.
    """
    since_end = (date - now()).total_seconds()
    return min(max(believed, since_end), since_end + took + DATE_STEP)


def is_drifting(project: HasClockOffset) -> bool:
    return abs(project.clock_offset) > MAX_DRIFT.total_seconds()
