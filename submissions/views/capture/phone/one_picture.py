"""The customer's side of the phone hand-over: no sign-in, one item, and no data shown.

The token is posted in a form, never in a URL, and then stored in a cookie that only this link's page receives. So two
links on one phone do not interfere, and neither log nor referrer has it.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from submissions.accounts.preferences import customer_language
from submissions.audit.events import Actor
from submissions.capture import phone_links
from submissions.capture.imaging import advice, live_camera
from submissions.capture.imaging.errors import UnusableImage
from submissions.capture.imaging.normalise import DEFAULT, Kind
from submissions.core import client_ip, rate_limit
from submissions.models import CameraOpening, ImageKind, PhoneLink
from submissions.models.image import StorageUnavailable
from submissions.uploads import parts
from submissions.views.capture.camera import hint_for, token_for
from submissions.views.capture.phone import uploads
from submissions.views.request_helpers import safe_next

COOKIE = "phone-token"
MISSES_A_MINUTE = 20  # invalid links from one address; a valid one always opens
UPLOADS_A_MINUTE = 12  # for one link


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """GET shows what to take without using the link; POST uploads the picture."""
    try:
        link = _link(request, pk)
        return _hand_over(request, link) if request.method == "POST" else _page(request, link)
    except phone_links.LinkUsed:
        return done(request)
    except phone_links.LinkGone:
        return gone(request)


def _link(request: HttpRequest, pk: uuid.UUID) -> PhoneLink:
    """Return the open link of the token in this browser's cookie."""
    link = phone_links.find(request.COOKIES.get(COOKIE, ""))
    if link.pk != pk:
        raise phone_links.LinkGone
    return link


@login_not_required
@require_POST
def open_camera(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Record that the link's page opened a camera; return the token for its picture. The link is not used."""
    try:
        link = _link(request, pk)
    except (phone_links.LinkGone, phone_links.LinkUsed):
        return JsonResponse({"token": ""}, status=404)
    by = Actor(None, phone_links.CARRIES, client_ip.client_address(request))
    return token_for(request, link.submission, ImageKind(link.kind), holder=_holder(link), by=by)


def _holder(link: PhoneLink) -> str:
    return live_camera.holder("link", str(link.pk))


@login_not_required
@require_POST
def frame(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Upload a picture of the page's camera. Without a valid token it counts as a file."""
    try:
        link = _link(request, pk)
        token = request.POST.get("source_picture", "")
        opening = live_camera.find(token, link.submission, ImageKind(link.kind), holder=_holder(link))
        return _hand_over(request, link, opening)
    except (phone_links.LinkUsed, live_camera.Arrived):
        return done(request)
    except phone_links.LinkGone:
        return gone(request)


def _hand_over(request: HttpRequest, link: PhoneLink, opening: CameraOpening | None = None) -> HttpResponse:
    content = uploads.picture_of(request, link.submission, _holder(link))
    if content is None:
        return _page(request, link, problems=[_("Take the photo or choose one first.")])
    if rate_limit.is_too_fast("phone-upload", str(link.pk), most=UPLOADS_A_MINUTE, seconds=60):
        return _page(request, link, problems=[_("That was too fast. Wait a minute, then send it again.")], status=429)
    try:
        phone_links.store_upload(
            link,
            content,
            address=client_ip.client_address(request),
            opening=opening,
            accepted=request.POST.get("accepted", ""),
        )
    except UnusableImage as unusable:
        return _page(request, link, problems=[unusable.message], status=unusable.http_status)
    except StorageUnavailable:
        text = _("The image was not stored. Take it again in a minute.")
        return _page(request, link, problems=[text])
    except phone_links.Advised as advised:
        sentences = [advice.sentence(code, link.kind, to_customer=True) for code in advised.codes]
        return _page(request, link, findings=sentences, sha256=advised.sha256)
    parts.forget(_holder(link))
    return redirect("phone_take", pk=link.pk)


@login_not_required
@require_POST
def part(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Store a part of a picture. The link is not used."""
    try:
        link = _link(request, pk)
    except (phone_links.LinkGone, phone_links.LinkUsed):
        return JsonResponse({"received": 0}, status=404)
    return uploads.store_part(request, link.submission, _holder(link))


def _page(
    request: HttpRequest,
    link: PhoneLink,
    problems: Sequence[str] = (),
    findings: Sequence[str] = (),
    sha256: str = "",
    status: int = 422,
) -> HttpResponse:
    kind = ImageKind(link.kind)
    context = {"link": link, "kind": kind.value, "label": kind.label}
    context |= {"problems": problems, "findings": findings, "sha256": sha256}
    context |= camera_urls("phone", kind, pk=link.pk)
    return render(request, "phone/take.html", context, status=status if problems or findings else 200)


def camera_urls(prefix: str, item: ImageKind, **arguments: object) -> dict[str, Any]:
    """Return the addresses that the page uses for a picture, and the sizes to which it reduces one."""
    names = {"hints": "hint", "opens": "camera_open", "frames": "frame", "parts": "part"}
    urls = {key: reverse(f"{prefix}_{name}", kwargs=arguments) for key, name in names.items()}
    return {**urls, "limits": DEFAULT.of_kind(Kind(item))}


def done(request: HttpRequest) -> HttpResponse:
    return render(request, "phone/done.html")


def gone(request: HttpRequest) -> HttpResponse:
    """Show the same page for expired, revoked and unknown links."""
    is_guessing = rate_limit.is_too_fast(
        "phone", client_ip.client_address(request) or "", most=MISSES_A_MINUTE, seconds=60
    )
    return render(request, "phone/gone.html", status=429 if is_guessing else 404)


@login_not_required
@require_POST
def hint(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Return a hint for the phone's camera; nothing is stored, and the link is not used."""
    try:
        link = _link(request, pk)
    except (phone_links.LinkGone, phone_links.LinkUsed):
        return JsonResponse({"text": "", "is_good": False}, status=404)
    return hint_for(request, ImageKind(link.kind), who=f"link:{link.pk}", to_customer=True)


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language of this phone's pages only; a signed-in user keeps their own."""
    code = request.POST.get("language", "")
    if code not in customer_language.names():
        raise Http404
    reply = redirect(safe_next(request, "phone"))
    name, path = customer_language.COOKIE, reverse("phone")
    reply.set_cookie(name, code, path=path, secure=request.is_secure(), httponly=True, samesite="Lax")
    return reply
