"""Gathering a submission: drafts, values, images. Everyone who changes something here is its capturer."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.imaging import decode_slots, normalise, portrait, quality
from submissions.core import clock, reasons
from submissions.models import (
    Capturer,
    CaptureSource,
    Image,
    ImageKind,
    Project,
    Status,
    Submission,
    SubmissionKey,
    Team,
)
from submissions.models.submission import CAPTURING, SENDING
from submissions.search import blind_index
from submissions.workflow.transitions import StaleSubmission, move

READS_THE_ID = (Status.DRAFT, Status.STEP1_RETRY)


def create_draft(
    project: Project,
    team: Team,
    *,
    by: Actor,
    issuing_country: str,
    id_type: str,
    values: Mapping[str, str],
    previous: Submission | None = None,
    pk: uuid.UUID | None = None,
) -> Submission:
    """A draft with its own data key. Nothing is sent and no clock runs."""
    assert by.user is not None
    submission = Submission(
        pk=pk or uuid.uuid4(),
        project=project,
        team=team,
        issuing_country=issuing_country,
        id_type=id_type,
        created_by=by.user,
        previous=previous,
    )
    with transaction.atomic():
        SubmissionKey.create_for(submission)
        submission.values = _filled(values)
        submission.save(force_insert=True)
        blind_index.index(submission)
        add_capturer(submission, by)
        events.record("draft_created", by=by, submission=submission, fields={"filled": sorted(_filled(values))})
    return submission


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def add_capturer(submission: Submission, by: Actor) -> None:
    if by.user is not None:
        Capturer.objects.get_or_create(submission=submission, user=by.user)


def join(submission: Submission, *, by: Actor, reason: str) -> None:
    """Let a reviewer capture what somebody else captures: with a typed reason, and never deciding on it later.

    Raises:
        ReasonMissing: nothing is written.
        StaleSubmission: it is no longer being captured.
    """
    reason = reasons.require(reason)
    with transaction.atomic():
        write_while_capturing(submission, (*CAPTURING, *SENDING))
        add_capturer(submission, by)
        events.record("capture_joined", by=by, submission=submission, purpose="capture", reason=reason)


class SavedMeanwhile(StaleSubmission):
    """Somebody (or the vendor's reading) changed the values since they were looked at; nothing was written."""


def save_values(
    submission: Submission,
    values: Mapping[str, str],
    *,
    by: Actor,
    **columns: str | datetime | None,
) -> None:
    """Write the confirmed values over the stored ones; names not in `values` stay as they are.

    Args:
        columns: `callback_at`; `issuing_country` and `id_type`, while nothing was sent.

    Raises:
        StaleSubmission: it is no longer being captured; nothing is written.
        SavedMeanwhile: the values are no longer those this row was read with; nothing is written.
    """
    before = submission.values
    after = _filled({**before, **values})
    changed = sorted(name for name in after.keys() | before.keys() if after.get(name) != before.get(name))
    changed += sorted(name for name, value in columns.items() if getattr(submission, name) != value)
    if submission.status in CAPTURING and not changed:
        return
    submission.values = after
    with transaction.atomic():
        write_draft(submission, values_sealed=submission.values_sealed, **columns)
        blind_index.index(submission)
        if changed:
            add_capturer(submission, by)
            events.record("values_changed", by=by, submission=submission, fields={"changed": changed})


def write_draft(submission: Submission, /, **columns: object) -> None:
    """Write columns of a draft as it was read, and raise its version; within the caller's transaction.

    Raises:
        StaleSubmission: it is no longer being captured.
        SavedMeanwhile: somebody saved it since this row was read.
    """
    seen = submission.draft_version
    if not Submission.objects.filter(pk=submission.pk, draft_version=seen).update(draft_version=seen + 1):
        raise SavedMeanwhile(submission.reference)
    write_while_capturing(submission, **columns)
    submission.draft_version = seen + 1


def takes(kind: ImageKind, status: Status) -> bool:
    """Whether an image of this kind may still be added: the ID's are fixed once the vendor has read them."""
    return status in (READS_THE_ID if kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK) else CAPTURING)


def write_while_capturing(submission: Submission, within: tuple[Status, ...] = CAPTURING, /, **columns: object) -> None:
    """A guarded UPDATE that holds only while the submission is being captured, or stands in one of `within`.

    Raises:
        StaleSubmission: it no longer is; nothing is written.
    """
    columns["updated_at"] = clock.now()
    if not Submission.objects.filter(pk=submission.pk, status__in=within).update(**columns):
        raise StaleSubmission(submission.reference)
    for name, value in columns.items():
        setattr(submission, name, value)


def add_image(
    submission: Submission, kind: ImageKind, content: bytes, *, by: Actor, source: str = CaptureSource.FILE
) -> Image:
    """Take an image in: checked, uprighted, written anew, sealed. The one before it stays stored, no longer current.

    Raises:
        intake.UnusableImage: with a sentence for the person; nothing is stored.
        StaleSubmission: it takes no such image (any more); nothing is stored.
    """
    assert by.user is not None
    image, prepared = prepare_image(submission, kind, content, by=by, source=source, whose=f"user:{by.user.pk}")
    with stored(image, prepared), transaction.atomic():
        keep_image(image, by=by)
    return image


def prepare_image(
    submission: Submission, kind: ImageKind, content: bytes, *, by: Actor, source: str, whose: str
) -> tuple[Image, bytes]:
    """The row as it would be kept, with what the check found, and the picture to seal. Nothing is stored.

    `whose`: of those with the same name one upload is checked at a time.

    Raises:
        intake.UnusableImage, StaleSubmission: as `add_image`.
    """
    if not takes(kind, Status(submission.status)):
        raise StaleSubmission(submission.reference)
    with decode_slots.one_upload(whose):
        return _prepared(submission, kind, content, by=by, source=source)


def _prepared(
    submission: Submission, kind: ImageKind, content: bytes, *, by: Actor, source: str
) -> tuple[Image, bytes]:
    prepared = normalise.prepare(content, normalise.Kind(kind))
    image = Image(
        submission=submission,
        kind=kind,
        source=source,
        content_type=prepared.content_type,
        sha256=prepared.sha256,
        size=len(prepared.content),
        width=prepared.width,
        height=prepared.height,
        notes=list(prepared.notes),
        findings=[finding.code for finding in _check(kind, prepared, content)],
        face_box=portrait.locate(prepared.content) if kind == ImageKind.ID_FRONT else [],
        created_by=by.user,
    )
    return image, prepared.content


@contextmanager
def stored(image: Image, content: bytes) -> Iterator[None]:
    """Sealed in the storage before the rows that name it are written, outside their transaction; gone if they are not.

    Where the connection to the database broke nobody knows whether they are, so the object stays.
    """
    image.store(content)
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        default_storage.delete(image.name)
        raise


def keep_image(image: Image, *, by: Actor, fields: Mapping[str, str] | None = None) -> None:
    """The image becomes the current one of its kind; within the caller's transaction.

    Raises:
        StaleSubmission: the submission takes no such image any more; nothing is written.
    """
    submission, kind = image.submission, ImageKind(image.kind)
    write_while_capturing(submission, tuple(status for status in CAPTURING if takes(kind, status)))
    submission.images.filter(kind=kind, is_current=True).update(is_current=False)
    image.save(force_insert=True)
    add_capturer(submission, by)
    told = {"image": str(image.pk), "image_kind": kind, "source": image.source, **(fields or {})}
    events.record("image_added", by=by, submission=submission, fields=told)


def _check(kind: ImageKind, prepared: normalise.Prepared, upload: bytes) -> tuple[quality.Finding, ...]:
    """Faults of a camera are looked for in what a camera may have made."""
    if not prepared.is_photo:
        return ()
    if kind == ImageKind.ADDRESS:
        return quality.check_paper(prepared.content)
    if kind == ImageKind.SELFIE:
        return quality.check_selfie(prepared.content) + quality.check_upload(upload)
    return (quality.check_id_front if kind == ImageKind.ID_FRONT else quality.check_id)(prepared.content)


def current_images(submission: Submission) -> dict[str, Image]:
    """The current image of each kind, by kind."""
    return {image.kind: image for image in submission.images.filter(is_current=True).select_related("created_by")}


def give_up(submission: Submission, *, by: Actor, reason: str) -> None:
    """The customer gave up before anything was sent. A started one is closed by its deadline.

    Raises:
        StaleSubmission: something was sent meanwhile; nothing is written.
    """
    if submission.status != Status.DRAFT:
        raise StaleSubmission(submission.reference)
    now = clock.now()
    with transaction.atomic():
        events.record("given_up_because", by=by, submission=submission, reason=reason)
        move(submission, Status.ABANDONED, by=by, decided_at=now, callback_at=None)
