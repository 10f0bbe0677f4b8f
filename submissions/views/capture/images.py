"""Stream one image, read from the storage and decrypted here, so that every view is checked and recorded."""

import logging
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from submissions.audit import events
from submissions.core import encryption
from submissions.models import Image
from submissions.privacy import reveal
from submissions.quality import checks
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for

log = logging.getLogger(__name__)

# Intake re-encodes every picture as JPEG; the page shows nothing else.
SHOWN_INLINE = "image/jpeg"


@require_safe
def image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show an image for the work in progress, for a quality check, or for a reason typed a few minutes ago."""
    found = Image.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    because = reveal.because_of(request.GET.get("why", ""), found, person(request))
    is_check = not because and checks.is_to_do(person(request), found.submission_id)
    action = "reveal" if because else "check_quality" if is_check else "look"
    found.submission = get_submission_for(person(request), found.submission_id, action)
    try:
        content = found.read()
    except (OSError, encryption.CannotOpen) as error:
        return _not_opened(request, found, error)
    _record(request, found, because, is_check=is_check)
    return _response(found, content)


def _not_opened(request: HttpRequest, image: Image, error: Exception) -> HttpResponse:
    """Show which of four errors occurred, because different people can fix them."""
    log.error("image %s cannot be opened: %s", image.pk, type(error).__name__)
    match error:
        case encryption.CannotOpen():
            trouble, status = "damaged", 410
        case FileNotFoundError():
            trouble, status = "missing", 404
        case PermissionError():
            trouble, status = "forbidden", 503
        case _:
            trouble, status = "away", 503
    context = {"trouble": trouble, "reference": image.submission.reference}
    return render(request, "errors/image.html", context, status=status)


def _record(request: HttpRequest, image: Image, because: int | None, *, is_check: bool) -> None:
    if because:
        record_image(request, image, "image_opened", purpose="reveal", reason_of_event=because)
    elif is_check:
        record_image(request, image, "image_opened", purpose="quality")
    elif _is_fetched_ahead(request, image):
        record_image(request, image, "image_preloaded")
    else:
        record_image(request, image, "image_opened")


def _is_fetched_ahead(request: HttpRequest, image: Image) -> bool:
    """Return whether the review page preloads the image of the user's reserved submission; else it is a view."""
    submission = image.submission
    is_next = submission.is_reserved and submission.is_claimed and submission.claimed_by_id == person(request).pk
    return is_next and bool(request.headers.get("X-Preload"))


def _response(image: Image, content: bytes) -> HttpResponse:
    """Set our own content type, never a guessed one; other files than JPEG can only be downloaded."""
    is_jpeg = image.content_type == SHOWN_INLINE and content[:3] == b"\xff\xd8\xff"
    shown = f'inline; filename="{image.kind}.jpg"' if is_jpeg else f'attachment; filename="{image.kind}.bin"'
    headers = {"Content-Disposition": shown, "X-Content-Type-Options": "nosniff"}
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    content_type = SHOWN_INLINE if is_jpeg else "application/octet-stream"
    return HttpResponse(content, content_type=content_type, headers=headers)


def record_image(request: HttpRequest, image: Image, kind: str, *, purpose: str = "work", **fields: Any) -> None:
    """Record that a user opened or preloaded an image."""
    events.record(
        kind,
        by=events.actor_of(request),
        submission=image.submission,
        purpose=purpose,
        fields={"image": str(image.pk), "image_kind": image.kind, **fields},
    )
