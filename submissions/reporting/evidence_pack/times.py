"""Times of the evidence pack."""

from datetime import UTC, datetime


def moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else "–"
