"""Redact the back seven digits of resident numbers on stored images of Korean IDs, once the submission is final.

Every stored image of the ID counts: the front that ARGOS read, earlier fronts, and backs. Without usable coordinates
the image waits for a person, who marks the area (`redaction_area` has the rules).
"""

import hashlib
import io
import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from PIL import Image as Picture
from PIL import ImageDraw, ImageOps

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.capture.images import stored
from submissions.core import clock, isolated_rows
from submissions.models import Alert, Call, Image, ImageKind, Project, Redaction, Submission, User
from submissions.models.call import OPEN_STATES
from submissions.models.image import StorageUnavailable
from submissions.models.submission import FINAL
from submissions.privacy.redaction_area import (
    Area,
    Shares,
    back_area,
    has_no_number,
    marked_area,
    may_lack_number,
)
from submissions.workflow import alerts
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import is_limited_to_team
from submissions.workflow.transitions import StaleSubmission

log = logging.getLogger(__name__)

KINDS = (ImageKind.ID_FRONT, ImageKind.ID_BACK)
BATCH = 50
SWEEP_LASTS = 120.0  # seconds
FORGOTTEN = "number_waiting"  # the kind of alert


def sweep() -> int:
    """Redact what is due and destroy the originals that the storage still has; return how many were redacted."""
    ends = time.monotonic() + SWEEP_LASTS
    isolated_rows.each(Image.objects.exclude(replaced_name="")[:BATCH], _destroy_original, "a redacted original")
    done = 0
    for image in due()[:BATCH]:
        if time.monotonic() > ends:
            break
        done += isolated_rows.safely(redact, image, "a redaction")
    return done


def in_scope() -> "QuerySet[Image]":
    """Return the ID images of final Korean submissions without a legal hold or an open call."""
    open_calls = Call.objects.filter(submission=OuterRef("submission"), state__in=OPEN_STATES)
    return Image.objects.filter(
        ~Exists(open_calls),
        kind__in=KINDS,
        submission__project__redacts_resident_numbers=True,
        submission__issuing_country="KOR",
        submission__status__in=FINAL,
        submission__erased_at=None,
        submission__legal_hold_at=None,
    )


def due() -> "QuerySet[Image]":
    """Return the images that were not looked at since their submission became final or ARGOS reported something."""
    is_new = Q(redaction="")
    is_later = Q(area_sought_at=None) | Q(submission__vendor_report__updated_at__gt=F("area_sought_at"))
    has_news = Q(is_later, redaction=Redaction.NO_AREA)
    related = ("submission__project", "submission__vendor_report")
    return in_scope().filter(is_new | has_news).select_related(*related).order_by("created_at")


def waiting() -> "QuerySet[Image]":
    """Return the images without coordinates, the earliest decision first."""
    rows = in_scope().filter(redaction=Redaction.NO_AREA)
    return rows.select_related("submission__project").order_by("submission__decided_at", "created_at")


def waiting_of(submission: Submission) -> Iterable[Image]:
    """Return those of one submission; no query where there can be none."""
    is_redacted = submission.project.redacts_resident_numbers and submission.issuing_country == "KOR"
    return waiting().filter(submission=submission) if is_redacted and submission.is_final else ()


def waiting_for(user: User) -> "QuerySet[Image]":
    """Return those that the user may mark: an agent's own captures, a reviewer's submissions."""
    rows = waiting().filter(submission__in=visible_to(user))
    if is_limited_to_team(user):
        return rows.filter(submission__capturers__user=user)
    return rows


def may_be_marked(image: Image) -> bool:
    """Return whether a person may cover an area now; also a further one, if digits are still visible."""
    return image.redaction != "" and in_scope().filter(pk=image.pk).exists()


def redact(image: Image) -> bool:
    """Replace the stored image by its redacted copy; without usable coordinates only record that there are none.

    Raises:
        OSError, encryption.CannotOpen: the image cannot be read or stored; the next sweep tries again.
    """
    if has_no_number(image):
        _record_no_number(image, by=SYSTEM)
        return False
    area = back_area(image.submission, image)
    if area is None:
        return _record_no_area(image)
    _replace(image, area, by=SYSTEM)
    return True


def redact_marked(image: Image, shares: Shares, *, by: Actor) -> None:
    """Redact the area that a person marked on the image with this `sha256`.

    Raises:
        UnusableArea: nothing is changed.
        StaleSubmission: the image, its submission or its project changed; nothing is changed.
        StorageUnavailable: nothing is changed.
    """
    area = marked_area(shares, image)
    if not may_be_marked(image):
        raise StaleSubmission(image.submission.reference)
    _replace(image, area, by=by)


def state_no_number(image: Image, *, by: Actor) -> None:
    """Record a person's statement that the image shows no resident number.

    Raises:
        StaleSubmission: nothing is changed.
    """
    if not (may_be_marked(image) and may_lack_number(image)):
        raise StaleSubmission(image.submission.reference)
    _record_no_number(image, by=by)


def remind_due() -> int:
    """Alert once for each submission with an image that waits longer than its project allows; return how many."""
    alerted = Alert.objects.filter(submission=OuterRef("pk"), kind=FORGOTTEN)
    found = 0
    for project in Project.objects.filter(redacts_resident_numbers=True):
        before = clock.now() - timedelta(days=project.redaction_alert_days)
        late = waiting().filter(submission__project=project, submission__decided_at__lte=before)
        rows = Submission.objects.filter(~Exists(alerted), pk__in=late.order_by().values("submission"))
        found += isolated_rows.each(rows.select_related("project", "team")[:BATCH], _remind, "a waiting number")
    return found


def _remind(submission: Submission) -> bool:
    alerts.notify(submission, FORGOTTEN, submission.decided_at)
    return True


def _replace(image: Image, area: Area, *, by: Actor) -> None:
    if image.replaced_name and not _destroy_original(image):
        raise StorageUnavailable
    earlier, before, sha256 = image.redaction, image.name, image.sha256
    content = _painted(image.read(), area)
    columns: dict[str, Any] = {"redaction": Redaction.DONE, "replaced_name": before}
    columns |= {"original_sha256": image.original_sha256 or sha256}
    columns |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    with stored(image, content), transaction.atomic():
        unchanged = Image.objects.filter(pk=image.pk, name=before, redaction=earlier)
        if not _is_still_due(image.submission) or not unchanged.update(name=image.name, **columns):
            raise StaleSubmission(image.submission.reference)
        fields = {"image": str(image.pk), "image_kind": image.kind, "original_sha256": sha256, "area": list(area)}
        events.record("resident_number_redacted", by=by, submission=image.submission, fields=fields)
    for column, value in columns.items():
        setattr(image, column, value)
    _destroy_original(image)


def _is_still_due(submission: Submission) -> bool:
    """Lock the submission, so that no hold or erasure starts until the transaction ends."""
    rows = Submission.objects.select_for_update().filter(pk=submission.pk, status__in=FINAL)
    return rows.filter(erased_at=None, legal_hold_at=None).exists()


def _record_no_area(image: Image) -> bool:
    with transaction.atomic():
        rows = Image.objects.filter(pk=image.pk, redaction=image.redaction)
        is_changed = rows.update(redaction=Redaction.NO_AREA, area_sought_at=clock.now())
        if is_changed and image.redaction == "":
            named = {"image": str(image.pk), "image_kind": image.kind}
            events.record("redaction_area_missing", by=SYSTEM, submission=image.submission, fields=named)
    return False


def _record_no_number(image: Image, *, by: Actor) -> None:
    with transaction.atomic():
        rows = Image.objects.filter(pk=image.pk, redaction=image.redaction)
        if image.redaction not in ("", Redaction.NO_AREA) or not rows.update(redaction=Redaction.NO_NUMBER):
            raise StaleSubmission(image.submission.reference)
        named = {"image": str(image.pk), "image_kind": image.kind}
        events.record("no_resident_number", by=by, submission=image.submission, fields=named)
    image.redaction = Redaction.NO_NUMBER


def _destroy_original(image: Image) -> bool:
    """Delete the original from the storage. The sweep repeats what the storage refuses now."""
    try:
        default_storage.delete(image.replaced_name)
    except OSError as error:
        log.warning(
            "cannot delete the original of image %s, the next sweep retries: %s", image.pk, type(error).__name__
        )
        return False
    with transaction.atomic():
        if Image.objects.filter(pk=image.pk, replaced_name=image.replaced_name).update(replaced_name=""):
            named = {"image": str(image.pk), "at": clock.now().isoformat()}
            events.record("original_destroyed", by=SYSTEM, submission=image.submission, fields=named)
    image.replaced_name = ""
    return True


def _painted(content: bytes, area: Area) -> bytes:
    """Paint the area black as the browser shows the picture, and keep nothing else of the file, such as EXIF."""
    picture = ImageOps.exif_transpose(Picture.open(io.BytesIO(content))).convert("RGB")
    ImageDraw.Draw(picture).rectangle(area, fill=(0, 0, 0))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()
