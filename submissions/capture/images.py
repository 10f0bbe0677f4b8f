"""Images of a submission: check, store encrypted, and choose the current one of each kind."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.drafts import add_capturer, write_while_capturing
from submissions.capture.imaging import decode_slots, live_camera, normalise, portrait, quality
from submissions.models import (
    CallKind,
    CallState,
    CameraOpening,
    CaptureSource,
    Image,
    ImageKind,
    Status,
    Submission,
)
from submissions.models.submission import CAPTURING
from submissions.workflow.transitions import StaleSubmission

READS_THE_ID = (Status.DRAFT, Status.STEP1_RETRY)


def takes(kind: ImageKind, status: Status) -> bool:
    """Return whether an image of this kind may be added; ID images are fixed once the vendor has read them."""
    return status in (READS_THE_ID if kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK) else CAPTURING)


def add_image(
    submission: Submission, kind: ImageKind, content: bytes, *, by: Actor, opening: CameraOpening | None = None
) -> Image:
    """Check, rotate, re-encode, encrypt and store an image. The previous one stays stored but is no longer current.

    `opening`: the live camera that took it; None for a file.

    Raises:
        normalise.UnusableImage: with a message for the user; nothing is stored.
        StaleSubmission: the submission does not accept such an image now; nothing is stored.
    """
    assert by.user is not None
    source = CaptureSource.CAMERA if opening else CaptureSource.FILE
    whose = f"user:{by.user.pk}"
    image, prepared = prepare_image(submission, kind, content, by=by, source=source, whose=whose, opening=opening)
    with stored(image, prepared), transaction.atomic():
        keep_image(image, by=by, opening=opening)
    return image


def prepare_image(
    submission: Submission,
    kind: ImageKind,
    content: bytes,
    *,
    by: Actor,
    source: str,
    whose: str,
    opening: CameraOpening | None = None,
) -> tuple[Image, bytes]:
    """Return the unsaved row with the findings of the check, and the image to encrypt. Store nothing.

    `whose`: only one upload of each name is checked at a time.

    Raises:
        normalise.UnusableImage, StaleSubmission: as `add_image`.
    """
    if not takes(kind, Status(submission.status)):
        raise StaleSubmission(submission.reference)
    with decode_slots.one_upload(whose):
        image, prepared = _prepared(submission, kind, content, by=by, source=source)
    image.findings += live_camera.findings(submission, kind, source, opening)
    return image, prepared


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
    """Store the encrypted image before the transaction that writes its rows; delete it if that transaction fails.

    If the database connection breaks during the commit, the outcome is unknown and the object is kept.
    """
    image.store(content)
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        default_storage.delete(image.name)
        raise


def keep_image(
    image: Image, *, by: Actor, fields: Mapping[str, str] | None = None, opening: CameraOpening | None = None
) -> None:
    """Make the image the current one of its kind, within the caller's transaction.

    Raises:
        StaleSubmission: the submission no longer accepts the image; nothing is written.
    """
    submission, kind = image.submission, ImageKind(image.kind)
    write_while_capturing(submission, tuple(status for status in CAPTURING if takes(kind, status)))
    submission.images.filter(kind=kind, is_current=True).update(is_current=False)
    image.save(force_insert=True)
    live_camera.spend(image, opening)
    add_capturer(submission, by)
    details = {"image": str(image.pk), "image_kind": kind, "source": image.source, **(fields or {})}
    events.record("image_added", by=by, submission=submission, fields=details)


def keep_from_vendor(submission: Submission, kind: ImageKind, content: bytes, *, by: Actor) -> Image:
    """Store an image that ARGOS gathered itself and make it the current one. Findings inform and refuse nothing.

    Raises:
        normalise.UnusableImage: nothing is stored.
    """
    with decode_slots.one_upload(f"vendor:{submission.pk}"):
        image, prepared = _prepared(submission, kind, content, by=by, source=CaptureSource.LIVEFORM)
    with stored(image, prepared), transaction.atomic():
        submission.images.filter(kind=kind, is_current=True).update(is_current=False)
        image.save(force_insert=True)
        given = hashlib.sha256(content).hexdigest()
        details = {"image": str(image.pk), "image_kind": kind, "source": image.source, "sha256": given}
        events.record("image_added", by=by, submission=submission, fields=details)
    return image


def _check(kind: ImageKind, prepared: normalise.Prepared, upload: bytes) -> tuple[quality.Finding, ...]:
    """Look for camera defects only in an image that a camera may have made."""
    if not prepared.is_photo:
        return ()
    if kind == ImageKind.ADDRESS:
        return quality.check_paper(prepared.content)
    if kind == ImageKind.SELFIE:
        return quality.check_selfie(prepared.content) + quality.check_upload(upload)
    return (quality.check_id_front if kind == ImageKind.ID_FRONT else quality.check_id)(prepared.content)


def current_images(submission: Submission) -> dict[str, Image]:
    """Return the current image of each kind, by kind."""
    return {image.kind: image for image in submission.images.filter(is_current=True).select_related("created_by")}


def sent_ids(submission: Submission, kind: CallKind) -> set[str]:
    """Return the ids of the images that reached ARGOS with this kind of call."""
    tried = submission.attempts.filter(kind=kind, call__state__in=(CallState.ANSWERED, CallState.SETTLED))
    arrived = tried.exclude(call__settled_as="never_arrived")
    return {entry["id"] for attempt in arrived for entry in attempt.images}
