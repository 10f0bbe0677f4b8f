"""The journal of erasures: beside the images and outside the database, so that a restored database can be told.

An entry holds no personal data: which submission, when, why, and what its final word was. How it is written and
replayed stands in `submissions.privacy.erasure`.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from submissions.core import clock
from submissions.models import Status, Submission

FOLDER = "erasures"
AT_ONCE = 500


def write(submission: Submission, why: str) -> bool:
    """Before anything is erased, in place of what a crash left of an earlier try; whether there was nothing before.

    Raises:
        OSError: the storage does not take it.
    """
    name = _name(submission.pk)
    if is_there := default_storage.exists(name):
        default_storage.delete(name)
    entry = {
        "submission": str(submission.pk),
        "at": clock.now().isoformat(),
        "why": why,
        "status": submission.status,
        "source": submission.source,
        "decided_by": submission.decided_by_id,
        "decided_at": submission.decided_at.isoformat() if submission.decided_at else None,
    }
    default_storage.save(name, ContentFile(json.dumps(entry).encode()))
    return not is_there


def take_back(pk: uuid.UUID) -> None:
    """The erasure did not happen.

    Raises:
        OSError: the storage does not answer, and the entry may stand.
    """
    default_storage.delete(_name(pk))


def entry_of(submission: Submission) -> dict[str, Any] | None:
    """What it tells of one that the database holds; None where it does not say that this one was erased.

    Nor does it where somebody has put it on legal hold, or worked on the draft that it was, after the entry was
    written: then the entry is what a crash left of an erasure that never came about. What a dump brings back is older.

    Raises:
        OSError: the storage does not answer.
    """
    try:
        with default_storage.open(_name(submission.pk)) as stored:
            entry: dict[str, Any] = json.loads(stored.read())
    except FileNotFoundError:
        return None
    written = datetime.fromisoformat(entry["at"]) - clock.MAX_DRIFT
    is_held = submission.legal_hold_at is not None and submission.legal_hold_at > written
    is_worked_on = entry["status"] == Status.DRAFT and submission.updated_at > written
    return None if is_held or is_worked_on else entry


def missed() -> Iterator[uuid.UUID]:
    """Submissions that were erased and that this database holds all the same: it comes from an older dump."""
    erased = _erased()
    while pks := list(islice(erased, AT_ONCE)):
        rows = Submission.objects.filter(pk__in=pks, erased_at=None).order_by("pk")
        yield from (row.pk for row in rows.only("legal_hold_at", "updated_at") if entry_of(row))


def _erased() -> Iterator[uuid.UUID]:
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    for name in names:
        yield uuid.UUID(name.removesuffix(".json"))


def _name(pk: uuid.UUID) -> str:
    return f"{FOLDER}/{pk}.json"
