"""Whether a person has proved lately who they are."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

FRESH_SECONDS = 600


def is_fresh(records: Iterable[Mapping[str, Any]]) -> bool:
    """`records`: allauth's list of proofs in this session, each with the time it was given."""
    latest = max((record["at"] for record in records), default=0.0)
    return bool(time.time() - latest < FRESH_SECONDS)
