"""The size of a run: SIZE=full (a million submissions) or SIZE=small (for `make check`, without judging)."""

import os

IS_SMALL = os.environ.get("SIZE", "full") == "small"
LARGE, LITTLE = (10_000, 1_000) if IS_SMALL else (1_000_000, 10_000)
EXPORTED = 1_000 if IS_SMALL else 100_000


def shown(rows: int) -> str:
    """Return the short form: "1M", "10k"."""
    return f"{rows // 1_000_000}M" if rows >= 1_000_000 else f"{rows // 1_000}k"
