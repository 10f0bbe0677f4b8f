"""The live camera: its token, its pictures by a route of their own, and hints for frames, which are not stored."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.imaging import live_camera, live_hints
from submissions.capture.imaging.errors import UnusableImage, status_of
from submissions.capture.imaging.normalise import Kind
from submissions.core import rate_limit
from submissions.models import ImageKind, Submission
from submissions.models.image import VENDOR_FIELDS
from submissions.views.capture import intake, submission_page
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for

FRAMES_A_SECOND = 3  # the page sends one or two; the rest tolerates its clock
OPENINGS_A_MINUTE = 30


def kind_or_404(kind: str) -> ImageKind:
    """Return the kind of an image for the vendor by its name in the URL, or raise 404."""
    if kind not in VENDOR_FIELDS:
        raise Http404
    return ImageKind(kind)


@require_POST
def opened(request: HttpRequest, pk: uuid.UUID, kind: str) -> JsonResponse:
    """Record that the agent's page opened a camera; return the token for its picture."""
    submission = get_submission_for(person(request), pk, "capture")
    return token_for(request, submission, kind_or_404(kind), holder=_holder(request), by=events.actor_of(request))


def token_for(request: HttpRequest, submission: Submission, kind: ImageKind, *, holder: str, by: Actor) -> JsonResponse:
    if rate_limit.is_too_fast("camera", holder, most=OPENINGS_A_MINUTE, seconds=60):
        return JsonResponse({"token": ""}, status=429)
    device = request.POST.get("device", "")
    return JsonResponse({"token": live_camera.open_camera(submission, kind, device, holder=holder, by=by)})


def _holder(request: HttpRequest) -> str:
    """Return the user, not the session: a picture taken before a sign-in expired still counts after the next one."""
    return live_camera.holder("user", str(person(request).pk))


@require_POST
def frame(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """Store a picture of the agent's camera. Without a valid token it counts as a file; nothing taken is lost."""
    submission = get_submission_for(person(request), pk, "capture")
    item, token = kind_or_404(kind), request.POST.get("token", "")
    try:
        opening = live_camera.find(token, submission, item, holder=_holder(request))
    except live_camera.Arrived:
        return redirect("submission", pk=pk)
    if problems := intake.take_one(request, submission, item, opening):
        code = status_of(problem.code for problem in problems)
        return submission_page.render_submission(request, submission, problems=problems, typed={}, status=code)
    return redirect("submission", pk=pk)


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
