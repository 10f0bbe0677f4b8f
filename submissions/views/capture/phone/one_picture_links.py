"""The agent's side of the phone hand-over: a link as QR code or by e-mail, revoking it, and the card of uploads."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from submissions.audit import events
from submissions.capture import phone_links
from submissions.capture.fields import form_fields, merge
from submissions.capture.phone_links import Shown, qr_code
from submissions.models import ImageKind, PhoneLink, Submission
from submissions.models.submission import CAPTURING
from submissions.views.capture import submission_page
from submissions.views.capture.camera import kind_or_404
from submissions.views.capture.form import store
from submissions.views.request_helpers import person
from submissions.workflow.permissions import check_can, get_submission_for


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """POST creates a link; GET is the card's polling while one is open."""
    submission = get_submission_for(person(request), pk, "capture")
    item = kind_or_404(kind)
    if request.method != "POST":
        return _arrived(request, submission, item)
    if not _is_part(request):  # without a script the whole form is posted
        store(request, submission, merge.read(request.POST, form_fields.names(submission)))
    return _card(request, submission, item, _share(request, submission, item))


@sensitive_variables()
def _share(request: HttpRequest, submission: Submission, kind: ImageKind) -> Shown:
    by, is_mail = events.actor_of(request), request.POST.get("how") == f"mail_{kind}"
    try:
        if is_mail:
            phone_links.recipient(submission)  # before a link is created, because that revokes the previous one
        made, url = phone_links.make(submission, kind, by=by)
        if not is_mail:
            return Shown(url=url, qr=qr_code(url))
        phone_links.mail(made, url, by=by)
    except phone_links.TooManyLinks:
        return Shown(_("Too many links for this submission. Wait 10 minutes, or choose a file."), is_bad=True)
    except phone_links.NotMailed:
        return Shown(_("The e-mail was not sent. Show the QR code, or check the address."), is_bad=True)
    return Shown(_("The link is on its way to the customer's e-mail address."))


@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    item = kind_or_404(kind)
    if not _is_part(request):
        store(request, submission, merge.read(request.POST, form_fields.names(submission)))
    phone_links.revoke(submission, item, by=events.actor_of(request))
    return _card(request, submission, item, Shown(_("The link does not work any more.")))


def _arrived(request: HttpRequest, submission: Submission, kind: ImageKind) -> HttpResponse:
    """Return 204 for no news, or the current card; the whole page if the status has changed."""
    newest = phone_links.newest(submission, kind)
    if _is_part(request) and submission.status not in CAPTURING:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if _is_part(request) and newest is not None and newest.is_open:
        return HttpResponse(status=204)
    return _card(request, submission, kind, Shown(_what_became_of(newest)))


def _what_became_of(newest: PhoneLink | None) -> str:
    if newest is None or newest.revoked_at:
        return _("The link does not work any more.")
    if newest.used_at:
        return _("The image from the customer's phone has arrived.")
    return _("The link ran out unused. Make a new one when the customer is ready.")


def _card(request: HttpRequest, submission: Submission, kind: ImageKind, shown: Shown) -> HttpResponse:
    """Return the card for the page's script; without it a page with the code, or the submission."""
    if _is_part(request) or shown.url:
        check_can(person(request), submission, "look")
        template = "capture/_card.html" if _is_part(request) else "capture/phone_code.html"
        context = {
            "submission": submission,
            "card": submission_page.card(submission, kind),
            "shown": shown,
            "by_field": {},
        }
        return render(request, template, context | {"is_part": True})
    messages.add_message(request, messages.WARNING if shown.is_bad else messages.SUCCESS, shown.message)
    return redirect("submission", pk=submission.pk)


def _is_part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
