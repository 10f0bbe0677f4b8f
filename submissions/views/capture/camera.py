"""Hints for small frames of the live camera. Nothing is stored, and no view of a person is recorded."""

import uuid

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.capture.imaging import live_hints
from submissions.capture.imaging.errors import UnusableImage
from submissions.capture.imaging.normalise import Kind
from submissions.core import rate_limit
from submissions.models import ImageKind
from submissions.models.image import VENDOR_FIELDS
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for

FRAMES_A_SECOND = 3  # the page sends one or two; the rest tolerates its clock


def kind_or_404(kind: str) -> ImageKind:
    """Return the kind of an image for the vendor by its name in the URL, or raise 404."""
    if kind not in VENDOR_FIELDS:
        raise Http404
    return ImageKind(kind)


@require_POST
def hint(request: HttpRequest, pk: uuid.UUID, kind: str) -> JsonResponse:
    """Return a hint for the agent's camera."""
    get_submission_for(person(request), pk, "capture")
    return hint_for(request, kind_or_404(kind), who=f"user:{person(request).pk}")


def hint_for(request: HttpRequest, kind: ImageKind, *, who: str, to_customer: bool = False) -> JsonResponse:
    """Return {"text": what to change, "is_good": whether the picture can be taken}; 429 for too many requests."""
    if rate_limit.is_too_fast("frame", who, most=FRAMES_A_SECOND, seconds=1):
        return JsonResponse({"text": "", "is_good": False}, status=429)
    try:
        advice = live_hints.hint(_frame(request), Kind(kind), to_customer=to_customer)
    except UnusableImage as unusable:
        return JsonResponse({"text": unusable.message, "is_good": False}, status=422)
    return JsonResponse({"text": advice or _("Good. Take the photo now."), "is_good": not advice})


def _frame(request: HttpRequest) -> bytes:
    """Read one byte more than the limit, so that a larger frame is refused without reading all of it."""
    return bytes(request.read(live_hints.MAX_BYTES + 1))
