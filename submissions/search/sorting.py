"""The columns by which people sort a list, each with the index order that it means.

`?sort=name` is the order as listed here, `?sort=-name` its reverse. The queue is few rows in a partial
index, so its other columns need no index of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Coalesce

from submissions.models import Submission
from submissions.search.pagination import BY_TARGET, Order

NO_SCORE = -1.0  # sorts before every score
SCORES = {"face": "face_similarity", "liveness": "liveness"}

QUEUE = {
    "due": BY_TARGET,
    "reference": Order("reference", is_rising=True, kind="text"),
    "face": Order("face_key", is_rising=True, kind="number"),
    "liveness": Order("liveness_key", is_rising=True, kind="number"),
    "waiting": Order("pending_at", is_rising=True),
}
LIST = {
    "date": Order("created_at"),
    "reference": Order("reference", is_rising=True, kind="text"),
}


@dataclass(frozen=True)
class Sorting:
    """`name`: a column of the list. `given`: the value of `sort` that selects it, "" for the default order."""

    name: str
    order: Order
    given: str
    is_reversed: bool

    @property
    def direction(self) -> str:
        """Return the value for `aria-sort`."""
        return "ascending" if self.order.is_rising else "descending"

    @property
    def arrow(self) -> str:
        """Return the icon's name."""
        return "arrow-up" if self.order.is_rising else "arrow-down"


def sorting_of(params: Mapping[str, str], orders: Mapping[str, Order]) -> Sorting:
    """Return the order for `sort`; the first of `orders` for an unknown one."""
    given = params.get("sort", "")
    name = given.removeprefix("-")
    if name not in orders:
        first = next(iter(orders))
        return Sorting(first, orders[first], "", is_reversed=False)
    is_reversed = given.startswith("-")
    return Sorting(name, orders[name].flipped() if is_reversed else orders[name], given, is_reversed)


def with_key(rows: "QuerySet[Submission]", sorting: Sorting) -> "QuerySet[Submission]":
    """Add the value by which rows are sorted where the column itself can be empty."""
    column = SCORES.get(sorting.name)
    if column is None:
        return rows
    return rows.annotate(**{f"{sorting.name}_key": Coalesce(F(column), Value(NO_SCORE), output_field=FloatField())})
