"""How long a submission may be silent before the vendor is asked about it."""

import random
from datetime import datetime, timedelta

from submissions.core import clock
from submissions.models import Status

S = Status

# Often where the vendor's word is all we wait for, seldom else, never once final.
ASKED_AFTER: dict[Status, timedelta] = {
    S.PENDING: timedelta(hours=2),
    S.SECOND_REVIEW: timedelta(hours=2),
    S.OVERDUE: timedelta(minutes=10),
    S.INCOMPLETE: timedelta(hours=4),
    S.STEP1_RETRY: timedelta(hours=8),
    S.CONFIRMING: timedelta(hours=8),
}
SOON = timedelta(minutes=2)  # a read that lagged, or a difference that may be gone
DIFFERING = timedelta(hours=1)


def ends(status: Status) -> datetime | None:
    """When the poller asks; None for what nobody has to ask about."""
    wait = ASKED_AFTER.get(status)
    return spread(wait) if wait else None


def spread(wait: timedelta) -> datetime:
    """About `wait` from now: a tenth earlier or later, so that what began together does not ask together."""
    return clock.now() + wait * random.uniform(0.9, 1.1)  # noqa: S311 (spread, not a secret)
