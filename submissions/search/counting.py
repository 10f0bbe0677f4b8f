"""Count rows up to a bound, because exact counts would cost more than they are worth."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import Combinable

from submissions.models import User

MOST_COUNTED = 1000


class Counted(Subquery):
    """The number of rows of a query, up to `most`, beside other columns of one query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: "QuerySet[Any]", most: int = MOST_COUNTED) -> None:
        super().__init__(rows.order_by().values("pk")[:most])


def read(user: User, figures: Mapping[str, Combinable]) -> dict[str, Any]:
    """Return all figures with one query."""
    row: Any = User.objects.filter(pk=user.pk).values(**figures).get()
    return dict(row)


def shown(count: int, most: int = MOST_COUNTED) -> str:
    """Return "12", or "999+" if only the bound is known."""
    return f"{most - 1}+" if count >= most else str(count)
