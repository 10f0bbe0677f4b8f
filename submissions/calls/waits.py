"""How long a call that never reached the vendor waits before it is tried again."""

import random
from datetime import timedelta

from submissions.models import Call

BACKOFF_SECONDS = (2, 5, 15, 30, 60, 120)


def backoff(call: Call) -> timedelta:
    """Longer with every start that did not arrive."""
    return _about(BACKOFF_SECONDS[min(call.undelivered, len(BACKOFF_SECONDS) - 1)])


def _about(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, not a secret)
