"""Percentiles of durations: by PostgreSQL, or from the sorted values with the same result."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, DurationField, ExpressionWrapper, F

WANTED = (0.5, 0.75, 0.95)


class PercentileCont(Aggregate):
    """`percentile_cont(fraction) WITHIN GROUP (ORDER BY expression)`."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, fraction: float, **options: Any) -> None:
        if not 0 <= fraction <= 1:
            raise ValueError(fraction)
        super().__init__(expression, fraction=f"{fraction:g}", output_field=DurationField(), **options)


def between(start: str, end: str) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())


def percentile(ordered: Sequence[timedelta], fraction: float) -> timedelta | None:
    """Return the value at `fraction` (0 to 1) of a sorted list, interpolated as in PostgreSQL; None if it is empty."""
    if not ordered:
        return None
    place = fraction * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
