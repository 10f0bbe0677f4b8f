"""One HTTP response. `argos.replies` parses its meaning."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Received:
    """`raw` may hold personal data, so it is left out of the repr. `took` is in seconds."""

    status: int
    raw: bytes = field(repr=False)
    date: datetime | None  # the vendor's own clock: its Date header
    took: float
