"""Decide whether a user has authenticated recently."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

FRESH_SECONDS = 600


def is_fresh(records: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether one of `records`, allauth's list of the authentications in this session, is recent."""
    latest = max((record["at"] for record in records), default=0.0)
    return bool(time.time() - latest < FRESH_SECONDS)
