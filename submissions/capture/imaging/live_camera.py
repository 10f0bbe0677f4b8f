"""Pictures from the page's live camera: one-time tokens, virtual cameras, and the project's demand for a live selfie.

The server proves that the page of this session or phone link asked for a camera minutes ago, and that the picture came
by the cameras' own route once. That a real camera made it remains what the browser reports.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from argos import limits
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import CameraOpening, CaptureSource, Image, ImageKind, Submission
from submissions.models.encrypted import decrypted_text
from submissions.workflow.transitions import StaleSubmission

LASTS = timedelta(minutes=10)
NOT_LIVE = "not_live"
VIRTUAL = "virtual_camera"
FINDINGS = (NOT_LIVE, VIRTUAL)
FROM_FILE = (CaptureSource.FILE, CaptureSource.PHONE)

# Names under which programs offer pictures as a camera. A device can call itself anything: no match proves nothing.
VIRTUAL_DEVICES = re.compile(
    r"virtual|\bobs\b|\bobs-?cam|manycam|snap ?cam|xsplit|vcam|droidcam|epoccam|iriun|ivcam|e2esoft|splitcam|mmhmm"
    r"|webcamoid|akvcam|v4l2 ?loopback|dummy video|sparkocam|altercam|youcam|fake_device|unity video|faceswap|deepface",
    re.IGNORECASE,
)


class Arrived(Exception):
    """The picture of this token is stored already."""


def holder(kind: str, key: str) -> str:
    """Return the hash that binds a token to the user or phone link of its page."""
    return _digest(f"{kind}:{key}")


@sensitive_variables("token")
def open_camera(submission: Submission, kind: ImageKind, device: str, *, holder: str, by: Actor) -> str:
    """Record that the page opened a camera, and return the token for its picture."""
    token, now = secrets.token_urlsafe(32), clock.now()
    opening = CameraOpening(submission=submission, kind=kind, holder_hash=holder, opened_at=now)
    opening.expires_at, opening.token_hash = now + LASTS, _digest(token)
    opening.device = limits.cut(device.strip(), limits.CODE)
    opening.is_virtual = is_virtual(device)
    with transaction.atomic():
        # The page's earlier openings brought no picture and never will.
        submission.camera_openings.filter(kind=kind, holder_hash=holder, used_at=None).delete()
        opening.save(force_insert=True)
        if opening.is_virtual:
            events.record("virtual_camera_opened", by=by, submission=submission, fields={"image_kind": kind})
    return token


@sensitive_variables("token")
def find(token: str, submission: Submission, kind: ImageKind, *, holder: str) -> CameraOpening | None:
    """Return the opening of this token for this page; None if it is unknown, expired or another page's.

    Raises:
        Arrived: its picture is the current one already; the reply was lost and the page sent it again.
    """
    rows = CameraOpening.objects.filter(submission=submission, kind=kind, holder_hash=holder)
    opening = rows.filter(token_hash=_digest(token)).select_related("image").first()
    if opening is None:
        return None
    if opening.image is not None and opening.image.is_current:
        raise Arrived
    if opening.used_at is not None or opening.expires_at <= clock.now():
        return None
    opening.submission = submission
    return opening


def spend(image: Image, opening: CameraOpening | None) -> None:
    """Mark the token used, in the transaction that keeps the picture: of two uploads with one token one is kept.

    Raises:
        StaleSubmission: it was used in the meantime; the caller's transaction keeps nothing.
    """
    if opening is None:
        return
    if not CameraOpening.objects.filter(pk=opening.pk, used_at=None).update(used_at=clock.now(), image=image):
        raise StaleSubmission(image.submission.reference)


def findings(submission: Submission, kind: ImageKind, source: str, opening: CameraOpening | None) -> list[str]:
    """Return what a selfie's origin demands a reason for."""
    if kind != ImageKind.SELFIE:
        return []
    found = [NOT_LIVE] if submission.project.requires_live_selfie and source in FROM_FILE else []
    return found + ([VIRTUAL] if opening is not None and opening.is_virtual else [])


def is_virtual(device: str) -> bool:
    return bool(VIRTUAL_DEVICES.search(device))


def liveness_note(selfie: Image | None) -> str:
    """Return what limits a liveness score: a file can show anybody, alive or not."""
    return _("from an uploaded file") if selfie is not None and selfie.source in FROM_FILE else ""


def device_of(image: Image) -> str:
    """Return the name of the camera as the browser reports it; "" for a file."""
    opening: CameraOpening | None = getattr(image, "camera_opening", None)
    if opening is None:
        return ""
    opening.submission = image.submission
    return decrypted_text(opening, "device")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
