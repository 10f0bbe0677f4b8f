"""The one place that tells the time. Everything that decides by the clock asks `now()`.

Deadlines are the vendor's, so they are judged by `vendor_now()`: the host's clock corrected by what the vendor's `Date`
header told last. A correction above `MAX_DRIFT` means that one of the clocks is wrong; sending stops (`calls.gate`).
"""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone

MAX_DRIFT = timedelta(seconds=60)


class HasClockOffset(Protocol):
    clock_offset: float


def now() -> datetime:
    return timezone.now()


def vendor_now(project: HasClockOffset) -> datetime:
    """Host time plus the project's last measured offset (seconds, vendor minus host)."""
    return now() + timedelta(seconds=project.clock_offset)


def is_drifting(project: HasClockOffset) -> bool:
    return abs(project.clock_offset) > MAX_DRIFT.total_seconds()
