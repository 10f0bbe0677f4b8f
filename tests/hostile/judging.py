"""What the database must never hold after any input."""

import json
from typing import Any

from submissions import search, vault
from submissions.models import Event, Image, SearchHash, Submission, SubmissionKey, WebhookDelivery


def half_written() -> dict[str, int]:
    """How many rows of each kind lack what is written in the same transaction. All must be 0."""
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
    }


def _opens(submission: Submission) -> bool:
    try:
        return isinstance(submission.values, dict) and isinstance(submission.ocr, dict)
    except vault.CannotOpen:
        return False


def _is_indexed(submission: Submission) -> bool:
    wanted = {vault.search_digest(kind, text) for kind, text in search.hashable(submission.values)}
    return wanted == {
        bytes(row) for row in SearchHash.objects.filter(submission=submission).values_list("digest", flat=True)
    }


def _is_readable(image: Image) -> bool:
    try:
        return len(image.read()) == image.size
    except (OSError, vault.CannotOpen):
        return False


def _images_without_event() -> int:
    told = {fields.get("image") for fields in Event.objects.filter(kind="image_added").values_list("fields", flat=True)}
    return sum(str(pk) not in told for pk in Image.objects.values_list("pk", flat=True))


def _holds(row: WebhookDelivery) -> bool:
    try:
        return isinstance(row.body, bytes)
    except vault.CannotOpen:
        return False


def report() -> str:
    counts: dict[str, Any] = half_written()
    counts["unhandled webhooks"] = WebhookDelivery.objects.filter(handled_at=None).count()
    counts["webhooks"] = WebhookDelivery.objects.count()
    return json.dumps(counts)
