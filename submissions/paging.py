"""Keyset pages: as quick at page 500 as at page 1. The key of the next page is the last row's time and id."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from submissions.models import Submission


@dataclass(frozen=True)
class Page:
    rows: list[Submission]
    next_key: str


def newest_first(rows: "QuerySet[Submission]", after: str, size: int) -> Page:
    if key := _parse(after):
        moment, pk = key
        # The first condition bounds the index scan; the OR alone would read from the start.
        rows = rows.filter(created_at__lte=moment).filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__gt=pk))
    return _page(list(rows.order_by("-created_at", "id")[: size + 1]), size, "created_at")


def oldest_target_first(rows: "QuerySet[Submission]", after: str, size: int) -> Page:
    if key := _parse(after):
        moment, pk = key
        rows = rows.filter(target_at__gte=moment).filter(Q(target_at__gt=moment) | Q(target_at=moment, pk__gt=pk))
    return _page(list(rows.order_by("target_at", "id")[: size + 1]), size, "target_at")


def _page(found: list[Submission], size: int, column: str) -> Page:
    rows = found[:size]
    has_more = len(found) > size
    return Page(rows, _key(rows[-1], column) if has_more else "")


def _key(row: Any, column: str) -> str:
    return f"{getattr(row, column).isoformat()}~{row.pk}"


def _parse(after: str) -> tuple[datetime, uuid.UUID] | None:
    """A key that nobody gave out starts at the first page."""
    moment, _separator, pk = after.partition("~")
    try:
        parsed = parse_datetime(moment)
        return (parsed, uuid.UUID(pk)) if parsed and parsed.tzinfo else None
    except ValueError:
        return None
