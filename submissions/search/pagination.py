"""Keyset pagination in both directions: page 500 is as fast as page 1. A cursor is one row's time and id."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from submissions.models import Submission

KEYS = ("after", "before")


@dataclass(frozen=True)
class Page:
    """`next_key` is the parameter `after`, `previous_key` is `before`; empty if there is no further page."""

    rows: list[Submission]
    next_key: str
    previous_key: str = ""


@dataclass(frozen=True)
class Order:
    """The order by one time column, then by id: newest first, or (`is_rising`) oldest first."""

    column: str
    is_rising: bool = False

    def past(self, rows: "QuerySet[Submission]", key: tuple[datetime, uuid.UUID]) -> "QuerySet[Submission]":
        """Return the rows after `key` in this order."""
        moment, pk = key
        step = "gt" if self.is_rising else "lt"
        later = Q(**{f"{self.column}__{step}": moment}) | Q(**{self.column: moment, "pk__gt": pk})
        # The first condition bounds the index scan; the OR alone would read from the start.
        return rows.filter(**{f"{self.column}__{step}e": moment}).filter(later)

    def ahead(self, rows: "QuerySet[Submission]", key: tuple[datetime, uuid.UUID]) -> "QuerySet[Submission]":
        """Return the rows before `key` in this order."""
        moment, pk = key
        step = "lt" if self.is_rising else "gt"
        earlier = Q(**{f"{self.column}__{step}": moment}) | Q(**{self.column: moment, "pk__lt": pk})
        return rows.filter(**{f"{self.column}__{step}e": moment}).filter(earlier)

    def sorted(self, rows: "QuerySet[Submission]", *, is_reversed: bool = False) -> "QuerySet[Submission]":
        rises = self.is_rising != is_reversed
        return rows.order_by(self.column if rises else f"-{self.column}", "-id" if is_reversed else "id")

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
        return f"{getattr(row, self.column).isoformat()}~{row.pk}"


BY_TARGET = Order("target_at", is_rising=True)


def newest_first(rows: "QuerySet[Submission]", after: str, size: int, column: str = "created_at") -> Page:
    """Return a page, newest first. `column`: created_at, or decided_at if all `rows` are decided."""
    return page_of(rows, {"after": after}, size, Order(column))


def oldest_target_first(rows: "QuerySet[Submission]", params: Mapping[str, Any], size: int) -> Page:
    return page_of(rows, params, size, BY_TARGET)


def page_of(rows: "QuerySet[Submission]", params: Mapping[str, Any], size: int, order: Order) -> Page:
    """Return the page of the parameter `after` or `before`. An invalid cursor falls back to the first page."""
    if key := _parse(params.get("before", "")):
        return _page_before(rows, key, size, order)
    key = _parse(params.get("after", ""))
    past = order.past(rows, key) if key else None
    rows_found = list(order.sorted(rows)[: size + 1]) if past is None else order.first(rows, past, size + 1)
    visible = rows_found[:size]
    previous = order.key(visible[0]) if key and visible else ""
    return Page(visible, order.key(visible[-1]) if len(rows_found) > size else "", previous)


def _page_before(rows: "QuerySet[Submission]", key: tuple[datetime, uuid.UUID], size: int, order: Order) -> Page:
    rows_found = order.first(rows, order.ahead(rows, key), size + 1, is_reversed=True)
    visible = rows_found[:size][::-1]
    if not visible:
        return page_of(rows, {}, size, order)
    return Page(visible, order.key(visible[-1]), order.key(visible[0]) if len(rows_found) > size else "")


def _parse(key: str) -> tuple[datetime, uuid.UUID] | None:
    moment, _separator, pk = key.partition("~")
    try:
        parsed = parse_datetime(moment)
        # A time at the ends of the calendar cannot be converted to UTC.
        is_moment = parsed is not None and parsed.tzinfo is not None and 1900 < parsed.year < 3000
        return (parsed, uuid.UUID(pk)) if parsed and is_moment else None
    except ValueError:
        return None
