"""Process the rows of a periodic job separately: a row that raises is logged and counted, and the others continue."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from submissions.core import metrics

log = logging.getLogger(__name__)

Row = TypeVar("Row")


def each(rows: Iterable[Row], act: Callable[[Row], object], what: str) -> int:
    """Call `act` for every row; return the number of true results. `what` names a row in the log."""
    return sum(safely(act, row, what) for row in rows)


def safely(act: Callable[[Row], object], row: Row, what: str) -> bool:
    """Return whether `act` returned a true value; False if it raised."""
    try:
        return bool(act(row))
    except Exception:
        log.exception("%s broke: %s", what, getattr(row, "pk", ""))
        metrics.count("job_row_failed", what)
        return False
