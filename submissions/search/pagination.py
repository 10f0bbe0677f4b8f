"""Keyset pagination in both directions: page 500 is as fast as page 1.

A cursor is one row's value in the sorted column and its id.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from submissions.models import Submission

KEYS = ("after", "before")
MAX_TEXT = 16  # characters of a reference

Kind = Literal["time", "number", "text"]
Key = tuple[datetime | float | str, uuid.UUID]


@dataclass(frozen=True)
class Page:
    """`next_key` is the parameter `after`, `previous_key` is `before`; empty if there is no further page."""

    rows: list[Submission]
    next_key: str
    previous_key: str = ""


@dataclass(frozen=True)
class Order:
    """The order by one column, then by id; each rises or falls as the index that contains both.

    Args:
        column: without empty values; see `sorting` for scores that can be missing.
        kind: of the column's values; a cursor contains one as text.
    """

    column: str
    is_rising: bool = False
    is_id_rising: bool = True
    kind: Kind = "time"

    def flipped(self) -> "Order":
        """Return the same index read from its end."""
        return replace(self, is_rising=not self.is_rising, is_id_rising=not self.is_id_rising)

    def past(self, rows: "QuerySet[Submission]", key: Key) -> "QuerySet[Submission]":
        """Return the rows after `key` in this order."""
        return self._beyond(rows, key, is_rising=self.is_rising, is_id_rising=self.is_id_rising)

    def ahead(self, rows: "QuerySet[Submission]", key: Key) -> "QuerySet[Submission]":
        """Return the rows before `key` in this order."""
        return self._beyond(rows, key, is_rising=not self.is_rising, is_id_rising=not self.is_id_rising)

    def _beyond(
        self, rows: "QuerySet[Submission]", key: Key, *, is_rising: bool, is_id_rising: bool
    ) -> "QuerySet[Submission]":
        value, pk = key
        step, id_step = "gt" if is_rising else "lt", "gt" if is_id_rising else "lt"
        beyond = Q(**{f"{self.column}__{step}": value}) | Q(**{self.column: value, f"pk__{id_step}": pk})
        # The first condition bounds the index scan; the OR alone would read from the start.
        return rows.filter(**{f"{self.column}__{step}e": value}).filter(beyond)

    def sorted(self, rows: "QuerySet[Submission]", *, is_reversed: bool = False) -> "QuerySet[Submission]":
        rises, id_rises = self.is_rising != is_reversed, self.is_id_rising != is_reversed
        return rows.order_by(self.column if rises else f"-{self.column}", "id" if id_rises else "-id")

    def first(
        self, rows: "QuerySet[Submission]", of: "QuerySet[Submission]", many: int, *, is_reversed: bool = False
    ) -> list[Submission]:
        """Return the first rows of the subset `of`, which is limited before other tables are joined.

        The times after a cursor are newer than the planner's statistics: it expects one row there, and would join and
        sort all rows.
        """
        rows_found = self.sorted(of, is_reversed=is_reversed).values("pk")[:many]
        return list(self.sorted(rows.filter(pk__in=rows_found), is_reversed=is_reversed))

    def key(self, row: Submission) -> str:
        value = getattr(row, self.column)
        return f"{value.isoformat() if self.kind == 'time' else value}~{row.pk}"


BY_TARGET = Order("target_at", is_rising=True)


def page_of(rows: "QuerySet[Submission]", params: Mapping[str, Any], size: int, order: Order) -> Page:
    """Return the page of the parameter `after` or `before`. An invalid cursor falls back to the first page."""
    if key := _parse(params.get("before", ""), order.kind):
        return _page_before(rows, key, size, order)
    key = _parse(params.get("after", ""), order.kind)
    past = order.past(rows, key) if key else None
    rows_found = list(order.sorted(rows)[: size + 1]) if past is None else order.first(rows, past, size + 1)
    visible = rows_found[:size]
    previous = order.key(visible[0]) if key and visible else ""
    return Page(visible, order.key(visible[-1]) if len(rows_found) > size else "", previous)


def _page_before(rows: "QuerySet[Submission]", key: Key, size: int, order: Order) -> Page:
    rows_found = order.first(rows, order.ahead(rows, key), size + 1, is_reversed=True)
    visible = rows_found[:size][::-1]
    if not visible:
        return page_of(rows, {}, size, order)
    return Page(visible, order.key(visible[-1]), order.key(visible[0]) if len(rows_found) > size else "")


def _parse(key: str, kind: Kind) -> Key | None:
    text, _separator, pk = key.rpartition("~")
    try:
        value = PARSERS[kind](text)
        return None if value is None else (value, uuid.UUID(pk))
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    moment = parse_datetime(text)
    # A time at the ends of the calendar cannot be converted to UTC.
    return moment if moment and moment.tzinfo is not None and 1900 < moment.year < 3000 else None


def _number(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def _reference(text: str) -> str | None:
    return text if text.isascii() and text.isprintable() and 0 < len(text) <= MAX_TEXT else None


PARSERS: dict[Kind, Callable[[str], datetime | float | str | None]] = {
    "time": _moment,
    "number": _number,
    "text": _reference,
}
