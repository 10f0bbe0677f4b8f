"""One HTTP response. `argos.replies` parses its meaning."""

from dataclasses import dataclass, field, replace
from datetime import datetime

SHORTEST_KEY = 8  # letters; a shorter key is no secret, and may be a word of any answer


@dataclass(frozen=True)
class Received:
    """`raw` may hold personal data, so it is left out of the repr. `took` is in seconds."""

    status: int
    raw: bytes = field(repr=False)
    date: datetime | None  # the vendor's own clock: its Date header
    took: float

    def without(self, key: str) -> "Received":
        """Return the answer with the API key blanked: a gateway may repeat it, and people read the vendor's words."""
        if len(key) < SHORTEST_KEY or key.encode() not in self.raw:
            return self
        return replace(self, raw=self.raw.replace(key.encode(), b"*" * len(key)))
