"""Rebuild the search hashes of stored submissions: after a change of the normalisation, or under a new search key."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from submissions.core import encryption
from submissions.models import Submission
from submissions.models.submission import SubmissionQuerySet
from submissions.models.submission_key import load_keys
from submissions.search import blind_index

BATCH = 500


@dataclass(frozen=True)
class Progress:
    """`last`: the primary key of the newest submission of the batch, with which a stopped run goes on.

    `unreadable`: the references of the batch whose key is missing; their hashes stay as they are.
    """

    seen: int
    changed: int
    total: int
    last: uuid.UUID
    unreadable: tuple[str, ...] = ()


def reindex(batch: int = BATCH, after: uuid.UUID | None = None) -> Iterator[Progress]:
    """Write the hashes of every submission that is not erased, in the order of their ids; yield after each batch.

    Each batch is a transaction, so a run that stops loses nothing. `after`: leave out the ids up to this one.
    """
    rows = Submission.objects.filter(erased_at=None).order_by("pk")
    rows = rows.filter(pk__gt=after) if after else rows
    total, processed, changed = rows.count(), 0, 0
    while part := _first(rows, batch):
        processed, changed = processed + part.seen, changed + part.changed
        yield Progress(processed, changed, total, part.last, part.unreadable)
        rows = rows.filter(pk__gt=part.last)


def _first(rows: SubmissionQuerySet, batch: int) -> Progress | None:
    """Rebuild the first submissions of `rows`, locked, so that nobody erases one between the read and the write."""
    with transaction.atomic():
        part = list(rows.select_related("vendor_report").select_for_update(of=("self",))[:batch])
        load_keys(part)
        changed, unreadable = 0, []
        for submission in part:
            try:
                changed += blind_index.index(submission)
            except encryption.CannotOpen:
                unreadable.append(submission.reference)
    return Progress(len(part), changed, 0, part[-1].pk, tuple(unreadable)) if part else None
