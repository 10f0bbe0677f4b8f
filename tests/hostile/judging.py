"""Conditions that the database must meet after any input."""

import json
from collections import Counter
from typing import Any

from argos import limits
from submissions.core import encryption
from submissions.models import (
    Event,
    Export,
    Image,
    Note,
    PhoneLink,
    Question,
    SearchHash,
    Submission,
    SubmissionKey,
    WebhookDelivery,
)
from submissions.search import blind_index

MAX_HASHES = 40  # search rows of one submission: a dozen words of the name, each number whole and by its end


def half_written() -> dict[str, int]:
    """Count rows of each kind without the rows of the same transaction. All counts must be 0."""
    submissions = list(Submission.objects.all())
    keyed = set(SubmissionKey.objects.values_list("pk", flat=True))
    born = set(Event.objects.filter(kind="draft_created").values_list("submission_id", flat=True))
    return {
        "submissions without a key": sum(row.pk not in keyed for row in submissions),
        "submissions without their first event": sum(row.pk not in born for row in submissions),
        "submissions whose values do not open": sum(not _opens(row) for row in submissions),
        "submissions whose search hashes differ": sum(not _is_indexed(row) for row in submissions if row.pk in keyed),
        "images that cannot be read": sum(
            not _is_readable(image) for image in Image.objects.select_related("submission")
        ),
        "images without an event": _images_without_event(),
        "webhooks whose body does not open": sum(not _holds(row) for row in WebhookDelivery.objects.all()),
        "changes without their event": _without_event(),
        "texts over their limit": sum(_is_too_long(row) for row in submissions) + _notes_too_long(),
    }


def _opens(submission: Submission) -> bool:
    try:
        return isinstance(submission.values, dict) and isinstance(submission.ocr, dict)
    except encryption.CannotOpen:
        return False


def _is_indexed(submission: Submission) -> bool:
    wanted = {encryption.search_digest(kind, text) for kind, text in blind_index.hashable(submission.values)}
    return wanted == {
        bytes(row) for row in SearchHash.objects.filter(submission=submission).values_list("digest", flat=True)
    }


def _is_readable(image: Image) -> bool:
    try:
        return len(image.read()) == image.size
    except (OSError, encryption.CannotOpen):
        return False


def _images_without_event() -> int:
    told = {fields.get("image") for fields in Event.objects.filter(kind="image_added").values_list("fields", flat=True)}
    return sum(str(pk) not in told for pk in Image.objects.values_list("pk", flat=True))


def _without_event() -> int:
    """Compare the number of rows with the number of their events."""
    told = Counter(Event.objects.values_list("kind", flat=True))
    written = {
        "note_added": Note.objects.count(),
        "agent_asked": Question.objects.count(),
        "export_asked": Export.objects.count(),
        "phone_link_made": PhoneLink.objects.count(),
    }
    held = Submission.objects.filter(legal_hold_at__isnull=False).count()
    ended = Submission.objects.filter(relationship_ended_at__isnull=False).count()
    once = {"legal_hold_set": held, "relationship_ended": ended, "consent_recorded": _consented()}
    unequal = sum(told[kind] != count for kind, count in written.items())
    return unequal + sum(told[kind] < count for kind, count in once.items())


def _consented() -> int:
    return int(Submission.objects.filter(consent__isnull=False).count())


def _is_too_long(submission: Submission) -> bool:
    try:
        limits.check_fields(submission.values)
        limits.check_reasons(submission.reasons)
    except limits.TooLong:
        return True
    words = SearchHash.objects.filter(submission=submission).count()
    return words > MAX_HASHES


def _notes_too_long() -> int:
    found = 0
    for note in Note.objects.select_related("submission"):
        found += len(note.text) > limits.NOTE
    return found


def _holds(row: WebhookDelivery) -> bool:
    try:
        return isinstance(row.body, bytes)
    except encryption.CannotOpen:
        return False


def report() -> str:
    counts: dict[str, Any] = half_written()
    counts["unhandled webhooks"] = WebhookDelivery.objects.filter(handled_at=None).count()
    counts["webhooks"] = WebhookDelivery.objects.count()
    return json.dumps(counts)
