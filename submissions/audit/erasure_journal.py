"""The journal of erasures. It is stored beside the images, outside the database, so a restored database can replay it.

An entry contains no personal data: the submission, the time, the reason and the final status.
`submissions.privacy.erasure` writes and replays it.
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
    """Write the entry before the erasure, over the entry of an earlier try that crashed; return whether it is new.

    Raises:
        OSError: the storage refuses it.
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
    """Delete the entry of an erasure that failed.

    Raises:
        OSError: the storage does not answer; the entry may still exist.
    """
    default_storage.delete(_name(pk))


def entry_of(submission: Submission) -> dict[str, Any] | None:
    """Return the valid entry of a submission that the database still has; None if there is none.

    An entry is invalid if a user set a legal hold or changed the draft after it was written: then the erasure crashed
    before its commit. A submission restored from a dump is always older than its entry.

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
    """Yield the ids of erased submissions that this database still has, because it was restored from an older dump."""
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
