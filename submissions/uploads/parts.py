"""Store the parts of a picture in order, and join them. After a lost connection the phone asks where it stopped.

One link sends one picture at a time: the first part of a new one deletes those of the earlier one.
"""

import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from submissions.core import clock
from submissions.models import Submission, UploadPart

LASTS = timedelta(hours=1)
MAX_PART = 256 * 1024  # bytes; the page sends half of it
MAX_BYTES = 30 * 1024 * 1024  # of one picture; `imaging.decode` decides about the complete one


class TooLarge(Exception):
    """The part, or the picture with it, has too many bytes."""


def received(holder: str, upload: uuid.UUID) -> int:
    """Return how many bytes of this picture are stored."""
    total: int | None = _rows(holder, upload).aggregate(total=Sum("size"))["total"]
    return total or 0


def add(submission: Submission, content: bytes, *, holder: str, upload: uuid.UUID, start: int) -> int:
    """Store the part that begins at `start`, if it is the next one; return how many bytes are stored.

    Raises:
        TooLarge: nothing was stored.
    """
    stored = received(holder, upload)
    if len(content) > MAX_PART or stored + len(content) > MAX_BYTES:
        raise TooLarge
    if start != stored or not content:
        return stored
    part = UploadPart(submission=submission, holder_hash=holder, upload=upload, start=start, size=len(content))
    part.content = content
    try:
        with transaction.atomic():
            if start == 0:
                UploadPart.objects.filter(holder_hash=holder).exclude(upload=upload).delete()
            part.save(force_insert=True)
    except IntegrityError:  # the same part arrived twice at the same time
        return received(holder, upload)
    return stored + len(content)


def joined(submission: Submission, *, holder: str, upload: uuid.UUID) -> bytes:
    """Return the picture of these parts; empty if there are none."""
    rows = list(_rows(holder, upload).filter(submission=submission).order_by("start"))
    for row in rows:
        row.submission = submission  # its data key is read once
    return b"".join(row.content for row in rows)


def forget(holder: str) -> None:
    """Delete the parts of a link whose picture has arrived."""
    UploadPart.objects.filter(holder_hash=holder).delete()


def expire() -> int:
    """Delete pictures that the phone did not finish; return the number of parts."""
    return UploadPart.objects.filter(created_at__lt=clock.now() - LASTS).delete()[0]


def _rows(holder: str, upload: uuid.UUID) -> QuerySet[UploadPart]:
    return UploadPart.objects.filter(holder_hash=holder, upload=upload)
