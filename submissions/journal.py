"""The journal of erasures: beside the images and outside the database, so that a restored database can be told.

An entry holds no personal data: which submission, when, why, and what its final word was. How it is replayed stands in
`submissions.erasure`.
"""

import json
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from submissions import clock
from submissions.models import Submission

FOLDER = "erasures"
AT_ONCE = 500


def write(submission: Submission, why: str) -> None:
    """Before anything is erased: a crash in between erases once more, which harms nothing."""
    name = _name(submission.pk)
    if default_storage.exists(name):
        return
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


def read(pk: uuid.UUID) -> dict[str, Any]:
    with default_storage.open(_name(pk)) as stored:
        entry: dict[str, Any] = json.loads(stored.read())
        return entry


def holds(pk: uuid.UUID) -> bool:
    return default_storage.exists(_name(pk))


def missed() -> Iterator[uuid.UUID]:
    """Submissions that were erased and that this database holds all the same: it comes from an older dump.

    The names tell which; no entry is opened.
    """
    erased = _erased()
    while names := list(islice(erased, AT_ONCE)):
        yield from Submission.objects.filter(pk__in=names, erased_at=None).order_by("pk").values_list("pk", flat=True)


def _erased() -> Iterator[uuid.UUID]:
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    for name in names:
        yield uuid.UUID(name.removesuffix(".json"))


def _name(pk: uuid.UUID) -> str:
    return f"{FOLDER}/{pk}.json"
