"""The time after which a submission without news is read from the vendor."""

import random
from datetime import datetime, timedelta

from submissions.core import clock
from submissions.models import Status

S = Status

# Often while only the vendor can decide, rarely otherwise, never in a final status.
ASKED_AFTER: dict[Status, timedelta] = {
    S.PENDING: timedelta(hours=2),
    S.SECOND_REVIEW: timedelta(hours=2),
    S.OVERDUE: timedelta(minutes=10),
    S.AT_LIVEFORM: timedelta(hours=1),
    S.INCOMPLETE: timedelta(hours=4),
    S.STEP1_RETRY: timedelta(hours=8),
    S.CONFIRMING: timedelta(hours=8),
}
SOON = timedelta(minutes=2)  # a read that lagged, or a difference that may be gone
DIFFERING = timedelta(hours=1)


def ends(status: Status) -> datetime | None:
    """Return the time of the next poll in this status; None if there is none."""
    wait = ASKED_AFTER.get(status)
    return spread(wait) if wait else None


def spread(wait: timedelta) -> datetime:
    """Return now plus `wait`, 10 % earlier or later, so that rows of the same moment are read at different ones."""
    return clock.now() + wait * random.uniform(0.9, 1.1)  # noqa: S311 (spread, not a secret)
