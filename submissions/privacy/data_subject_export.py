"""The export for a data-subject request: all data about one applicant, for the applicant.

It is one ZIP with a JSON file for each submission and its images. The portal does not store it.
"""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.aml import monitoring
from submissions.aml.confidential import is_confidential
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import encryption
from submissions.models import Event, SearchHash, Submission, User
from submissions.search import blind_index

LIMIT = 50
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}


class Identifier(models.TextChoices):
    """The kind of identifier. One applicant's customer number may equal another's document number."""

    EMAIL = SearchHash.EMAIL, gettext_lazy("E-mail")
    CUSTOMER = SearchHash.CUSTOMER, gettext_lazy("Customer number")
    DOCUMENT = SearchHash.DOCUMENT, gettext_lazy("Document or licence number")
    IDENTITY = SearchHash.IDENTITY, gettext_lazy("Identity number")


class TooManySubmissions(Exception):
    """The identifier matches more submissions than one applicant can have."""


def find(user: User, kind: Identifier, text: str) -> list[Submission]:
    """Return the submissions with exactly this identifier of this kind, newest first; names are too common.

    Raises:
        TooManySubmissions: more than `LIMIT`.
    """
    rows = blind_index.find_by_identifier(user, kind, text).filter(erased_at=None).select_related("project", "team")
    submissions = list(rows.order_by("-created_at", "id")[: LIMIT + 1])
    if len(submissions) > LIMIT:
        raise TooManySubmissions
    return submissions


def export(submissions: Iterable[Submission], *, by: Actor, reason: str) -> bytes:
    """Return the ZIP; each submission in it gets an event with the reason before any of its data is read."""
    exported = list(submissions)
    for submission in exported:
        events.record("subject_exported", by=by, submission=submission, purpose="subject_request", reason=reason)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for submission in exported:
            text = json.dumps(held_on(submission), ensure_ascii=False, indent=2, default=_plain)
            archive.writestr(f"{submission.reference}/record.json", text)
            _add_images(archive, submission)
    return written.getvalue()


def _add_images(archive: zipfile.ZipFile, submission: Submission) -> None:
    for image in submission.images.order_by("created_at"):
        image.submission = submission
        name = f"{submission.reference}/{image.kind}-{image.created_at:%Y%m%d-%H%M%S}-{str(image.pk)[:8]}"
        try:
            archive.writestr(f"{name}.{EXTENSIONS.get(image.content_type, 'bin')}", image.read())
        except (OSError, encryption.CannotOpen):
            archive.writestr(f"{name}.txt", _("This image could not be read from the storage."))


def held_on(submission: Submission) -> dict[str, Any]:
    """Return the applicant's values, calls with their replies, and decisions, without the notes of users."""
    return {
        "reference": submission.reference,
        "status": submission.get_status_display(),
        "created": submission.created_at,
        "decided": submission.decided_at,
        "decided_through": submission.get_source_display(),
        "id": {"country": submission.issuing_country, "type": submission.id_type},
        "values": submission.values,
        "read_from_the_id": submission.ocr,
        "scores": {"face_similarity": submission.face_similarity, "liveness": submission.liveness},
        "vendor": {"submission_id": submission.vendor_id, "codes": submission.vendor_codes},
        "vendor_comment": submission.vendor_comment,
        "reported_by_vendor": submission.vendor_signals,
        "sent": [_attempt(attempt, submission) for attempt in _sent(submission)],
        "sent_to_others": _receivers(submission),
        "messages_to_customer": [_message(row, submission) for row in submission.customer_messages.all()],
        "who_looked": _looks(submission),
    }


def _sent(submission: Submission) -> Any:
    """The attempts, without those to the AML monitoring, which hold no value of the customer."""
    return submission.attempts.exclude(kind__in=monitoring.KINDS).order_by("created_at")


def _attempt(attempt: Any, submission: Submission) -> dict[str, Any]:
    attempt.submission = submission
    return {"step": attempt.kind, "at": attempt.created_at, "values": attempt.values}


def _message(row: Any, submission: Submission) -> dict[str, Any]:
    row.submission = submission
    what = {"occasion": row.occasion, "channel": row.channel, "language": row.language, "state": row.state}
    return {**what, "at": row.sent_at or row.created_at, **{k: v for k, v in row.content.items() if k != "link"}}


def _receivers(submission: Submission) -> list[dict[str, Any]]:
    """Return the company's systems that received values of the customer, and the names of the values."""
    sent = Event.objects.filter(submission_id=submission.pk, kind="personal_data_sent").order_by("id")
    names: dict[str, set[str]] = {}
    for event in sent:
        names.setdefault(event.fields["endpoint"], set()).update(event.fields["sent"])
    return [{"receiver": receiver, "values": sorted(values)} for receiver, values in names.items()]


def _looks(submission: Submission) -> list[dict[str, Any]]:
    """Return when and why users viewed the data, with their role and not their name."""
    rows = Event.objects.filter(submission_id=submission.pk).order_by("id")
    told = (event for event in rows if not is_confidential(event))
    return [{"at": event.at, "what": event.kind, "for": event.purpose} for event in told]


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
