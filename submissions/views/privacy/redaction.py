"""Images with a resident number that wait for a person: their list, and the page on which the area is marked."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.audit import events
from submissions.models import Event, Image
from submissions.models.submission_key import load_keys
from submissions.privacy import redaction_area, resident_numbers, reveal
from submissions.views.forms.reason import read_reason
from submissions.views.forms.redaction import SIDES, AreaForm
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import check_user_can_list

SHOWN = 100


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """List the waiting images that the user may mark."""
    user = person(request)
    check_user_can_list(user)
    found = list(resident_numbers.waiting_for(user)[: SHOWN + 1])
    rows = found[:SHOWN]
    load_keys([image.submission for image in rows])
    shown = {image.submission_id: image.submission for image in rows}
    events.record_list("redactions_opened", by=events.actor_of(request), shown=shown.values(), filters={})
    return render(request, "privacy/redactions.html", {"images": rows, "is_long": len(found) > SHOWN, "most": SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for the reason to see the image; then show it, with the area that the address names."""
    image = _image(request, pk)
    typed = {side: request.GET[side] for side in SIDES if side in request.GET}
    if request.method == "POST":
        reason = read_reason(
            request,
            missing=_("Enter a reason to view this image."),
            title=_("Show the image"),
            back=reverse("redactions"),
        )
        because = reveal.reveal(image.submission, by=events.actor_of(request), reason=reason)
        return redirect(_address(request, image, because, typed))
    form = AreaForm(initial=typed)
    return _page(request, image, form, request.GET.get("why", ""))


@require_POST
def redact(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Redact the marked area of the image that the person saw."""
    image = _image(request, pk)
    key, form = request.POST.get("why", ""), AreaForm(request.POST)
    if not form.is_valid():
        return _page(request, image, form, key, status=422)
    if refusal := _not_seen(request, image, key):
        return refusal
    try:
        resident_numbers.redact_marked(image, form.shares, by=events.actor_of(request))
    except redaction_area.UnusableArea:
        form.add_error(None, _("Mark the number only: at most a quarter of the image, and not a single point."))
        return _page(request, image, form, key, status=422)
    messages.success(request, _("Area redacted. The original image was destroyed."))
    return redirect(f"{reverse('redaction_mark', args=[pk])}?{urlencode({'why': key})}")


@require_POST
def no_number(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that the person saw no resident number on the image."""
    image = _image(request, pk)
    if refusal := _not_seen(request, image, request.POST.get("why", "")):
        return refusal
    resident_numbers.state_no_number(image, by=events.actor_of(request))
    messages.success(request, _("Recorded: the image shows no resident number."))
    return redirect("redactions")


def _image(request: HttpRequest, pk: uuid.UUID) -> Image:
    image = Image.objects.filter(pk=pk, kind__in=resident_numbers.KINDS).first()
    if image is None:
        raise Http404
    image.submission = get_submission_for(person(request), image.submission_id, "redact")
    return image


def _address(request: HttpRequest, image: Image, because: Event, typed: dict[str, str]) -> str:
    key = reveal.key_to(image, person(request), because)
    return f"{reverse('redaction_mark', args=[image.pk])}?{urlencode({'why': key, **typed})}"


def _not_seen(request: HttpRequest, image: Image, key: str) -> HttpResponse | None:
    """Return to the page, with the marked area, if the right to see the image ended or the image is another one."""
    if request.POST.get("seen") != image.sha256:
        messages.error(request, _("The image was redacted since you opened it. Look at it again."))
        return redirect(f"{reverse('redaction_mark', args=[image.pk])}?{urlencode({'why': key})}")
    if reveal.because_of(key, image, person(request)) is None:
        messages.error(request, _("You can no longer see the image. Enter the reason again; your area is kept."))
        typed = {side: request.POST[side] for side in SIDES if side in request.POST}
        return redirect(f"{reverse('redaction_mark', args=[image.pk])}?{urlencode(typed)}")
    return None


def _page(request: HttpRequest, image: Image, form: AreaForm, key: str, status: int = 200) -> HttpResponse:
    is_open = reveal.because_of(key, image, person(request)) is not None
    context: dict[str, Any] = {
        "image": image,
        "submission": image.submission,
        "form": form,
        "key": key if is_open else "",
        "may_mark": resident_numbers.may_be_marked(image),
        "may_lack_number": redaction_area.may_lack_number(image),
        "is_passport": redaction_area.is_passport(image.submission),
        "waiting": resident_numbers.waiting_for(person(request)).exclude(pk=image.pk).first(),
    }
    return render(request, "privacy/redaction.html", context, status=status)
