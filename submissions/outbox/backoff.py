"""The delay before the next attempt of a call that did not reach the vendor."""

import random
from datetime import timedelta

from submissions.core import clock
from submissions.models import Call
from submissions.models.call import MAX_WAIT

BACKOFF_SECONDS = (2, 5, 15, 30, 60, 120)
PUT_OFF_AT_MOST = MAX_WAIT - timedelta(minutes=1)  # another host's clock may be slightly behind
LAST_CHANCE = timedelta(seconds=30)


def backoff(call: Call) -> timedelta:
    """Return the delay before the next attempt, which grows with each undelivered one."""
    return _about(BACKOFF_SECONDS[min(call.undelivered, len(BACKOFF_SECONDS) - 1)])


def doubled(call: Call) -> timedelta:
    """Return the time by which the call was delayed so far, 2 s to 2 min; for a call that the vendor throttles."""
    so_far = (call.not_before - call.prepared_at).total_seconds()
    return _about(min(max(so_far, BACKOFF_SECONDS[0]), BACKOFF_SECONDS[-1]))


def within_bounds(call: Call, wait: timedelta) -> timedelta:
    """Shorten a delay that would end after the call's latest start, so that the call is tried once more before it."""
    wait = min(wait, PUT_OFF_AT_MOST)
    if call.latest_start is None:
        return wait
    remaining = call.latest_start - clock.vendor_now(call.submission.project) - LAST_CHANCE
    return remaining if timedelta(0) < remaining < wait else wait


def _about(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, not a secret)
