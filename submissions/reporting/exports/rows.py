"""Read the rows of an export in keyset chunks, with the data keys of each chunk, as one flat line per row.

The queries return tuples, because building 100,000 model objects would cost more than all other work.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from submissions.capture.fields import form_fields
from submissions.core import encryption, masking
from submissions.core.vendor_text import named
from submissions.models import ExportSource, Project, SubmissionKey, User
from submissions.models.submission import SubmissionQuerySet
from submissions.reporting.exports.writers import Cell
from submissions.review import queue
from submissions.search import filters

CHUNK = 2000
NAMES = ("name", "email", "customer_id", "date_of_birth", "nationality")
NUMBERS = masking.SECRET
AS_IT_IS = frozenset((str, int, float, type(None)))


def columns() -> list[tuple[str, str]]:
    """Return (query path, heading) of the unencrypted columns, in the order of the sheet."""
    return [
        ("reference", _("Reference")),
        ("status", _("Status")),
        ("project__name", _("Project")),
        ("team__name", _("Team")),
        ("issuing_country", _("Country")),
        ("id_type", _("ID type")),
        ("selfies_sent", _("Selfies sent")),
        ("vendor_count", _("ARGOS retry count")),
        ("retry_code", _("Retry code")),
        ("face_similarity", _("Face similarity")),
        ("liveness", _("Liveness")),
        ("created_by__username", _("Captured by")),
        ("created_at", _("Created (UTC)")),
        ("step1_started_at", _("Step 1 (UTC)")),
        ("deadline_at", _("24-hour limit (UTC)")),
        ("pending_at", _("Pending since (UTC)")),
        ("target_at", _("Due (UTC)")),
        ("decided_at", _("Decided (UTC)")),
        ("source", _("Decided through")),
        ("decided_by__username", _("Decided by")),
        ("reason_code", _("Own reason")),
        ("vendor_codes", _("ARGOS codes")),
        ("vendor_id", _("ARGOS ID")),
    ]


def heading() -> list[str]:
    vendor_name = Project.objects.shared_vendor_name()
    personal = [form_fields.label_of(name) for name in (*NAMES, *NUMBERS)]
    return [*(named(label, vendor_name) for _path, label in columns()), *personal]


def matching_rows(source: str, user: User, query: str) -> tuple[SubmissionQuerySet, str, bool]:
    """Return (rows, sort column, whether oldest first) of the page with this URL query."""
    params = QueryDict(query)
    if source == ExportSource.QUEUE:
        rows, _ignored = queue.waiting(user, params)
        return rows, "target_at", True  # type: ignore[return-value]
    matching = filters.matching(user, params.dict())
    return matching.rows, matching.column, False


def chunks(
    rows: SubmissionQuerySet, column: str, *, oldest_first: bool, is_open: bool, size: int = CHUNK
) -> Iterator[tuple[list[str], list[list[Cell]]]]:
    """Yield (references, lines) per chunk in the page's order; memory holds one chunk."""
    paths = [path for path, _label in columns()]
    order = (column, "id") if oldest_first else (f"-{column}", "id")
    ordered = rows.order_by(*order).values_list("id", column, "values_sealed", *paths)
    last: tuple[uuid.UUID, datetime] | None = None
    while True:
        chunk = list((ordered.filter(_after(last, column, oldest_first)) if last else ordered)[:size])
        if not chunk:
            return
        yield [row[3] for row in chunk], _lines(chunk, is_open=is_open)
        if len(chunk) < size:
            return
        last = (chunk[-1][0], chunk[-1][1])


def _after(last: tuple[uuid.UUID, datetime], column: str, oldest_first: bool) -> Q:
    pk, moment = last
    side = "gt" if oldest_first else "lt"
    # The first condition bounds the index scan; the OR alone would read from the start.
    return Q(**{f"{column}__{side}e": moment}) & (
        Q(**{f"{column}__{side}": moment}) | Q(**{column: moment, "id__gt": pk})
    )


def _lines(chunk: list[tuple[Any, ...]], *, is_open: bool) -> list[list[Cell]]:
    pks = [row[0] for row in chunk]
    keys = dict(SubmissionKey.objects.filter(pk__in=pks).values_list("pk", "wrapped"))
    hide = _as_it_is if is_open else masked_value
    return [_flat(row) + _personal(row[0], row[2], keys.get(row[0]), hide) for row in chunk]


def _flat(row: tuple[Any, ...]) -> list[Cell]:
    return [cell if type(cell) in AS_IT_IS else _plain(cell) for cell in row[3:]]


def _plain(cell: Any) -> Cell:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(" ", "seconds")[:19]
    return ", ".join(map(str, cell))


def _personal(pk: uuid.UUID, encrypted: Any, wrapped: Any, hide: Callable[[str, str], str]) -> list[Cell]:
    """Return the personal cells: empty without values or after an erasure, a note if they cannot be decrypted."""
    if not encrypted:
        return [""] * (len(NAMES) + len(NUMBERS))
    try:
        key = encryption.unwrap(SubmissionKey.label_of(pk), bytes(wrapped or b""))
        values = encryption.decrypt_json(key, f"submission.values:{pk}", bytes(encrypted))
    except encryption.CannotOpen:
        return [_("cannot be opened")] * (len(NAMES) + len(NUMBERS))
    return [hide(name, values.get(name, "")) for name in (*NAMES, *NUMBERS)]


def _as_it_is(name: str, value: str) -> str:
    return value


def masked_value(name: str, value: str) -> str:
    """Return the part that identifies nobody: initials, e-mail domain, year of birth, two characters of a number."""
    if not value:
        return ""
    if name in NUMBERS or name == "customer_id":
        return masking.nameless(value)
    if name == "name":
        return " ".join(f"{word[0]}." for word in value.split())
    if name == "email":
        return f"•••@{value.rpartition('@')[2]}"
    if name in form_fields.PORTAL_ONLY:
        return masking.BULLET * 3
    return value[:4] if name == "date_of_birth" else value
