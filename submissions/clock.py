"""The one place that tells the time. Everything that decides by the clock asks `now()`.

Deadlines are the vendor's, so they are judged by `vendor_now()`: the host's clock corrected by what the vendor's `Date`
header told last. A correction above `MAX_DRIFT` means that one of the clocks is wrong; sending stops (`calls.gate`).
"""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone

MAX_DRIFT = timedelta(seconds=60)
DATE_STEP = 1.0  # seconds: a header tells whole ones, rounded down


class HasClockOffset(Protocol):
    clock_offset: float


def now() -> datetime:
    return timezone.now()


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
