"""Rows of a periodic job, each handled by itself: a row that raises is logged and counted, and the others go on."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from submissions.core import metrics

log = logging.getLogger(__name__)

Row = TypeVar("Row")


def each(rows: Iterable[Row], act: Callable[[Row], object], what: str) -> int:
    """Act on every row; returns for how many `act` returned something true. `what` names a row in the log."""
    return sum(safely(act, row, what) for row in rows)


def safely(act: Callable[[Row], object], row: Row, what: str) -> bool:
    """Whether `act` returned something true; False where it raised."""
    try:
        return bool(act(row))
    except Exception:
        log.exception("%s broke: %s", what, getattr(row, "pk", ""))
        metrics.count("job_row_failed", what)
        return False
