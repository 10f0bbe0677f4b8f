"""Bringing what is stored under the first of `KYC_FIELD_KEYS` and `KYC_SEARCH_KEYS`, while the portal serves.

Values and images lie under data keys of their own, so only the small wrapped keys are written anew. Every batch is a
transaction; whatever was done stays done, so stopping and starting again goes on where it was.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from submissions import search, vault
from submissions.models import AccessReview, Difference, Export, Project, Submission, SubmissionKey, WebhookDelivery
from submissions.models.export import file_key_label, key_label
from submissions.signin.adapters import SEALED_UNDER

BATCH = 500
SECOND_FACTORS = ("secret", "seed")


@dataclass(frozen=True)
class Wrapped:
    """One column that lies under the master key itself, and the label it is bound to."""

    model: type[models.Model]
    column: str
    label: Callable[[Any], str]


WRAPPED = (
    Wrapped(SubmissionKey, "wrapped", SubmissionKey.label_of),
    Wrapped(Project, "api_key_sealed", lambda pk: f"project.api_key:{pk}"),
    Wrapped(AccessReview, "remark_sealed", AccessReview.label_of),
    Wrapped(Export, "key_wrapped", key_label),
    Wrapped(Export, "file_key_wrapped", file_key_label),
    Wrapped(WebhookDelivery, "body_sealed", lambda pk: f"webhook.body:{pk}"),
    Wrapped(Difference, "note_wrapped", Difference.note_label),
)


@dataclass(frozen=True)
class Progress:
    table: str
    seen: int
    changed: int
    of: int


def rewrap_all(batch: int = BATCH) -> Iterator[Progress]:
    """Re-wrap everything under the newest master key; yields after each batch.

    Raises:
        vault.CannotOpen: the key that wrapped a row is not listed any more; earlier batches stay done.
    """
    for wrapped in WRAPPED:
        yield from _rewrap(wrapped, batch)
    yield _rewrap_second_factors()


def _rewrap(wrapped: Wrapped, batch: int) -> Iterator[Progress]:
    rows = wrapped.model._default_manager.exclude(**{f"{wrapped.column}__isnull": True})
    total, seen, changed = rows.count(), 0, 0
    for part in _parts(rows, wrapped.column, batch):
        changed += _rewrap_part(wrapped, part)
        seen += len(part)
        yield Progress(wrapped.model._meta.model_name or "", seen, changed, total)


def _parts(rows: Any, column: str, batch: int) -> Iterator[list[tuple[uuid.UUID, bytes]]]:
    """(pk, value) of all rows in batches by primary key, so that no cursor stays open over commits."""
    after = None
    while True:
        part = list((rows.filter(pk__gt=after) if after else rows).order_by("pk").values_list("pk", column)[:batch])
        if not part:
            return
        yield part
        after = part[-1][0]


def _rewrap_part(wrapped: Wrapped, part: list[tuple[uuid.UUID, bytes]]) -> int:
    changed = 0
    with transaction.atomic():
        for pk, old in part:
            new = vault.rewrap(wrapped.label(pk), bytes(old))
            if new is not None:
                # Guarded: a value written meanwhile lies under the newest key already and stays.
                same = wrapped.model._default_manager.filter(pk=pk, **{wrapped.column: old})
                changed += same.update(**{wrapped.column: new})
    return changed


def _rewrap_second_factors() -> Progress:
    """The secrets of authenticator apps and recovery codes, which lie inside allauth's own rows."""
    rows = list(Authenticator.objects.order_by("pk"))
    changed = 0
    for row in rows:
        fresh = {name: _rewrapped_hex(row.data[name]) for name in SECOND_FACTORS if row.data.get(name)}
        if any(value is not None for value in fresh.values()):
            row.data |= {name: value for name, value in fresh.items() if value is not None}
            row.save(update_fields=["data"])
            changed += 1
    return Progress("authenticator", len(rows), changed, len(rows))


def _rewrapped_hex(text: str) -> str | None:
    new = vault.rewrap(SEALED_UNDER, bytes.fromhex(text))
    return new.hex() if new else None


def rehash_all(batch: int = BATCH) -> Iterator[Progress]:
    """Write the search hashes anew under the first search key; yields after each batch."""
    rows = Submission.objects.filter(erased_at=None)
    total, seen = rows.count(), 0
    after = None
    while part := list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:batch]):
        with transaction.atomic():
            for submission in part:
                search.index(submission)
        seen, after = seen + len(part), part[-1].pk
        yield Progress("search", seen, seen, total)
