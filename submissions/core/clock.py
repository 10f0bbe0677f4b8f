"""The one place that tells the time. Everything that decides by the clock asks `now()`.

Deadlines are the vendor's, so they are judged by `vendor_now()`: the host's clock corrected by what the vendor's `Date`
header told last. A correction above `MAX_DRIFT` means that one of the clocks is wrong; sending stops (`outbox.gate`).
"""

from datetime import date, datetime, timedelta
from datetime import timezone as fixed
from typing import Protocol

from django.utils import timezone

MAX_DRIFT = timedelta(seconds=60)
DATE_STEP = 1.0  # seconds: a header tells whole ones, rounded down
UTC_PLUS_14 = fixed(timedelta(hours=14))


class HasClockOffset(Protocol):
    clock_offset: float


def now() -> datetime:
    return timezone.now()


def today() -> date:
    """The day it is in the portal's time zone (`TIME_ZONE`): by it an ID has expired and a person has an age."""
    return timezone.localtime(now(), timezone.get_default_timezone()).date()


def latest_day() -> date:
    """The latest day that it is anywhere on earth; what lies after it is still to come, wherever an ID was issued."""
    return now().astimezone(UTC_PLUS_14).date()


def vendor_now(project: HasClockOffset) -> datetime:
    """Host time plus the project's last measured offset (seconds, vendor minus host)."""
    return now() + timedelta(seconds=project.clock_offset)


def offset_told(date: datetime, took: float, believed: float = 0.0) -> float:
    """What a `Date` header says of the offset (seconds, vendor minus host) when its exchange has just ended.

    The header was written at some moment of the exchange, and a slow one may have waited at either end of it. So any
    offset between the two fits, and `believed` stays where it is one of them.
    """
    since_end = (date - now()).total_seconds()
    return min(max(believed, since_end), since_end + took + DATE_STEP)


def is_drifting(project: HasClockOffset) -> bool:
    return abs(project.clock_offset) > MAX_DRIFT.total_seconds()
