"""How long a call that never reached the vendor waits before it is tried again."""

import random
from datetime import timedelta

from submissions.core import clock
from submissions.models import Call
from submissions.models.call import MAX_WAIT

BACKOFF_SECONDS = (2, 5, 15, 30, 60, 120)
PUT_OFF_AT_MOST = MAX_WAIT - timedelta(minutes=1)  # another host's clock may be a little behind this one's
LAST_CHANCE = timedelta(seconds=30)


def backoff(call: Call) -> timedelta:
    """Longer with every start that did not arrive."""
    return _about(BACKOFF_SECONDS[min(call.undelivered, len(BACKOFF_SECONDS) - 1)])


def doubled(call: Call) -> timedelta:
    """As long again as the call has been put off so far, 2 s to 2 min: for one that the vendor turns away each time."""
    so_far = (call.not_before - call.prepared_at).total_seconds()
    return _about(min(max(so_far, BACKOFF_SECONDS[0]), BACKOFF_SECONDS[-1]))


def within_bounds(call: Call, wait: timedelta) -> timedelta:
    """Where a wait would end when it is too late to start, the call is tried once more before that."""
    wait = min(wait, PUT_OFF_AT_MOST)
    if call.latest_start is None:
        return wait
    left = call.latest_start - clock.vendor_now(call.submission.project) - LAST_CHANCE
    return left if timedelta(0) < left < wait else wait


def _about(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, not a secret)
