"""What returns from Liveform: find the submission by its token, and read values and images back once.

The token decides which submission a record belongs to: the customer can change the `userid` in the link.
"""

import re
from typing import Any

from django.db import transaction

from argos.client import Client
from argos.errors import Refused, VendorError
from argos.matrix import ID_TYPES
from argos.replies import VendorSubmission
from argos.replies.reading import mapping, member, text
from argos.replies.signals import IMAGES
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import images
from submissions.capture.imaging.errors import UnusableImage
from submissions.core import clock
from submissions.liveform import links
from submissions.models import CallState, CaptureSource, ImageKind, LiveformLink, Project, Route, Status, Submission
from submissions.models.submission import REFERENCE_ALPHABET
from submissions.search import blind_index

USERID = re.compile(rf"(KP-[{REFERENCE_ALPHABET}]{{8}})-L[0-9]{{1,5}}")
KINDS = dict(zip(IMAGES, (ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.SELFIE, ImageKind.ADDRESS), strict=True))
ENDED = ("pending", "approved", "rejected")  # the customer has finished


def reference_in(userid: str) -> str:
    """Return our reference in the userid of a Liveform link; "" if it contains none."""
    match = USERID.fullmatch(userid)
    return match[1] if match else ""


def link_of(project: Project, token: str) -> LiveformLink | None:
    """Return the link with this token that ARGOS confirmed; withdrawn and expired ones too."""
    if not token:
        return None
    rows = LiveformLink.objects.filter(token_hash=links.digest(token), submission__project=project)
    return rows.filter(call__state=CallState.ANSWERED).select_related("submission__project").first()


def attach(link: LiveformLink, record: VendorSubmission) -> bool:
    """Give the record's id to the link's submission. False if the link was withdrawn or it has a record already."""
    now = clock.now()
    with transaction.atomic():
        waiting = Submission.objects.filter(pk=link.submission_id, status=Status.AT_LIVEFORM, vendor_id="")
        standing = LiveformLink.objects.standing().filter(pk=link.pk)
        if not standing.exists() or not waiting.update(vendor_id=record.submission_id, next_alert_at=None):
            return False
        standing.update(used_at=now)
        fields = {"link": str(link.pk), "late": link.is_expired_at(now)}
        events.record("liveform_started", by=VENDOR, submission=link.submission, fields=fields)
    link.submission.refresh_from_db()
    return True


def read_back(submission: Submission, record: VendorSubmission | None, client: Client) -> None:
    """Copy the confirmed values, the OCR values and the images of a finished Liveform, each once.

    An image that cannot be read now is read again with the next poll.
    """
    if record is None or submission.route != Route.LIVEFORM or record.result not in ENDED or record.deleted:
        return
    used = LiveformLink.objects.filter(submission=submission, used_at__isnull=False, read_at=None).first()
    if used is None or submission.erased_at is not None:
        return
    _copy_values(submission, record)
    held = KINDS if record.signals.images is None else record.signals.images
    is_done = [_copy_image(submission, name, client) for name in held]
    if all(is_done):
        LiveformLink.objects.filter(pk=used.pk).update(read_at=clock.now())
    else:
        again = clock.now() + links.FIRST_LOOK
        Submission.objects.filter(pk=submission.pk).update(next_read_at=again)


def _copy_values(submission: Submission, record: VendorSubmission) -> None:
    data = mapping(member(record.raw, "data"))
    country, id_type = text(member(data, "idcard_issuingCountry")), text(member(data, "idType"))
    submission.values = {"email": record.email, **submission.values, **record.signals.data}
    submission.ocr = dict(record.ocr)
    columns: dict[str, Any] = {"values_sealed": submission.values_sealed, "ocr_sealed": submission.ocr_sealed}
    if re.fullmatch("[A-Z]{3}", country):
        columns["issuing_country"] = country
    if id_type in ID_TYPES:
        columns["id_type"] = id_type
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk, erased_at=None).update(**columns)
        for name, value in columns.items():
            setattr(submission, name, value)
        blind_index.index(submission)
        fields = {"filled": sorted(record.signals.data)}
        events.record("liveform_values_read", by=VENDOR, submission=submission, fields=fields)


def _copy_image(submission: Submission, name: str, client: Client) -> bool:
    """Return whether nothing is left to do for this image. Findings of the portal's check inform only."""
    kind = KINDS[name]
    if submission.images.filter(kind=kind, source=CaptureSource.LIVEFORM).exists():
        return True
    try:
        content, _content_type = client.image(submission.vendor_id, name)
    except Refused:  # ARGOS has no such image
        return True
    except VendorError:
        return False
    try:
        images.keep_from_vendor(submission, kind, content, by=VENDOR)
    except UnusableImage:
        with transaction.atomic():
            events.record("liveform_image_unusable", by=VENDOR, submission=submission, fields={"image_kind": kind})
    return True
