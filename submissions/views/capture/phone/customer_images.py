"""The images of an invitation: an upload, the live camera's token and picture, and hints for its frames."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.capture.imaging import advice, live_camera
from submissions.capture.imaging.errors import UnusableImage
from submissions.invitations import hand_over
from submissions.models import CameraOpening, Invitation
from submissions.models.image import StorageUnavailable
from submissions.uploads import parts
from submissions.views.capture.camera import hint_for, kind_or_404, token_for
from submissions.views.capture.phone import pages, uploads
from submissions.views.capture.phone.customer import by, for_holder


@require_POST
@for_holder
def picture(request: HttpRequest, invitation: Invitation, kind: str) -> HttpResponse:
    """Store a chosen file."""
    return _hand_over(request, invitation, kind)


@require_POST
@for_holder
def frame(request: HttpRequest, invitation: Invitation, kind: str) -> HttpResponse:
    """Store a picture of the page's camera. Without a valid token it counts as a file."""
    token, holder = request.POST.get("source_picture", ""), hand_over.holder(invitation)
    try:
        opening = live_camera.find(token, invitation.submission, kind_or_404(kind), holder=holder)
    except live_camera.Arrived:
        return redirect("invitation", pk=invitation.pk)
    return _hand_over(request, invitation, kind, opening)


@require_POST
@for_holder
def open_camera(request: HttpRequest, invitation: Invitation, kind: str) -> HttpResponse:
    """Record that the page opened a camera; return the token for its picture."""
    item = kind_or_404(kind)
    hand_over.check_asked(invitation, item.value)
    return token_for(request, invitation.submission, item, holder=hand_over.holder(invitation), by=by(request))


@require_POST
@for_holder
def part(request: HttpRequest, invitation: Invitation, kind: str) -> HttpResponse:
    """Store a part of a picture that the page asks for."""
    hand_over.check_asked(invitation, kind_or_404(kind).value)
    return uploads.store_part(request, invitation.submission, hand_over.holder(invitation))


@require_POST
@for_holder
def hint(request: HttpRequest, invitation: Invitation, kind: str) -> JsonResponse:
    """Return a hint for the phone's camera; nothing is stored."""
    return hint_for(request, kind_or_404(kind), who=f"invitation:{invitation.pk}", to_customer=True)


def _hand_over(
    request: HttpRequest, invitation: Invitation, kind: str, opening: CameraOpening | None = None
) -> HttpResponse:
    item, holder = kind_or_404(kind), hand_over.holder(invitation)
    content = uploads.picture_of(request, invitation.submission, holder)
    if content is None:
        return pages.show(request, invitation, kind, problems=[_("Take the photo or choose one first.")])
    try:
        hand_over.keep_picture(
            invitation,
            item,
            content,
            by=by(request),
            opening=opening,
            accepted=request.POST.get("accepted", ""),
        )
    except UnusableImage as unusable:
        return pages.show(request, invitation, kind, problems=[unusable.message], status=unusable.http_status)
    except StorageUnavailable:
        return pages.show(
            request, invitation, kind, problems=[_("The image was not stored. Take it again in a minute.")]
        )
    except hand_over.Advised as advised:
        findings = [advice.sentence(code, kind, to_customer=True) for code in advised.codes]
        return pages.show(request, invitation, kind, findings=findings, sha256=advised.sha256)
    parts.forget(holder)
    return redirect("invitation", pk=invitation.pk)
