"""The agent's side of an invitation: create, mail, revoke, and the card that follows the customer."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from submissions.audit import events
from submissions.capture import images, phone_links
from submissions.capture.phone_links import Shown, qr_code
from submissions.invitations import hand_over, links, retakes
from submissions.invitations.card import card_of
from submissions.models import Channel, ImageKind, Invitation, Submission
from submissions.models.submission import CAPTURING
from submissions.review import decisions
from submissions.views.capture import submission_page
from submissions.views.capture.camera import kind_or_404
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.transitions import StaleSubmission

MAX_NOTE = 2000  # as the other form for notes


@sensitive_post_parameters("url")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """POST creates or mails an invitation; GET is the card's polling while one is open."""
    submission = get_submission_for(person(request), pk, "capture", "vendor_report")
    if request.method != "POST":
        return _news(request, submission)
    return _card(request, submission, _share(request, submission))


@sensitive_variables()
def _share(request: HttpRequest, submission: Submission) -> Shown:
    """Create a link and show or mail it. `url`: the page shows a link already, which is mailed as it is."""
    by, url = events.actor_of(request), request.POST.get("url", "")
    how = request.POST.get("how")
    is_mail, channel = how in ("mail", "text"), Channel.TEXT if how == "text" else Channel.EMAIL
    try:
        if is_mail:
            links.check_reachable(submission, channel)  # before a link is created, because that revokes the former one
        invitation = _shown_one(submission, url)
        if invitation is None:
            invitation, url = links.create(submission, by=by)
        if is_mail:
            links.mail(invitation, url, by=by, channel=channel)
    except phone_links.TooManyLinks:
        return Shown(_("Too many links for this submission. Wait 10 minutes."), is_bad=True)
    except phone_links.NotMailed:
        text = _("The message was not sent. Show the QR code, or check the customer's e-mail and phone number.")
        return Shown(text, url=url, qr=qr_code(url) if url else "", is_bad=True)
    if is_mail and not request.POST.get("url"):
        return Shown(_("The link is on its way to the customer."))
    message = _("The link is on its way to the customer.") if is_mail else ""
    return Shown(message, url=url, qr=qr_code(url))


@sensitive_variables("url", "token")
def _shown_one(submission: Submission, url: str) -> Invitation | None:
    """Return the invitation of the link that the page shows, if it is the valid one of this submission."""
    token = url.rpartition("#")[2]
    try:
        invitation = links.find(token) if token else None
    except links.LinkGone:
        return None
    if invitation is None or invitation.submission_id != submission.pk:
        return None
    invitation.submission = submission
    return invitation


@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture", "vendor_report")
    links.revoke(submission, by=events.actor_of(request))
    return _card(request, submission, Shown(_("The link does not work any more.")))


@require_POST
def helped(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture", "vendor_report")
    invitation = links.standing(submission)
    if invitation is not None and invitation.help_at:
        hand_over.helped(invitation, by=events.actor_of(request))
        invitation.refresh_from_db()
    return _card(request, submission, Shown())


@require_POST
def ask_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the customer for another photo; the note is for staff."""
    submission = get_submission_for(person(request), pk, "capture", "vendor_report")
    kind, by = kind_or_404(request.POST.get("kind", "")), events.actor_of(request)
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "").strip()
    invitation = links.standing(submission)
    if reason not in retakes.reasons(kind):
        return _card(request, submission, Shown(_("Choose a reason for another photo."), is_bad=True))
    try:
        if invitation is None:
            raise links.LinkGone
        retakes.ask(invitation, kind, request.POST.get("image", ""), reason, by=by)
    except links.LinkGone:
        return _card(request, submission, Shown(_("The customer has no valid link. Create a new one."), is_bad=True))
    except StaleSubmission:
        text = _("This photo was replaced or sent in the meantime. Check the present one.")
        return _card(request, submission, Shown(text, is_bad=True), kind)
    if note:
        decisions.add_note(submission, note[:MAX_NOTE], by=by)
    return _card(request, submission, Shown(_("The customer's phone asks for another photo.")), kind)


def _news(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Return 204 for no news, the card with the images that are new, or a reload after a change of the form's part."""
    if not request.headers.get("HX-Request"):
        return redirect("submission", pk=submission.pk)
    card = card_of(submission)
    form, _dot, rest = request.GET.get("seen", "").partition(".")
    if form != card.form_key:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    fresh = _fresh_images(request, submission)
    if rest == card.key and not fresh:
        return HttpResponse(status=204)
    return _part(request, submission, Shown(), fresh)


def _fresh_images(request: HttpRequest, submission: Submission) -> list[dict[str, object]]:
    """Return the image cards that the page shows without the image that is current now."""
    if submission.status not in CAPTURING:
        return []
    current = images.current_images(submission)
    kinds = [kind for kind in submission_page.kinds(submission) if f"shown_{kind}" in request.GET and kind in current]
    stale = [kind for kind in kinds if request.GET[f"shown_{kind}"] != str(current[kind].pk)]
    return [submission_page.card(submission, kind) for kind in stale]


def _card(request: HttpRequest, submission: Submission, shown: Shown, kind: ImageKind | None = None) -> HttpResponse:
    """Return the card for the page's script; without it a page with the code, or the submission.

    `kind`: the photo whose card has changed too.
    """
    if request.headers.get("HX-Request"):
        return _part(request, submission, shown, [submission_page.card(submission, kind)] if kind else [])
    if shown.url:
        context = {"submission": submission, "invitation": card_of(submission), "shown": shown}
        return render(request, "capture/invitation_code.html", context)
    if shown.message:
        messages.add_message(request, messages.WARNING if shown.is_bad else messages.SUCCESS, shown.message)
    return redirect("submission", pk=submission.pk)


def _part(request: HttpRequest, submission: Submission, shown: Shown, fresh: list[dict[str, object]]) -> HttpResponse:
    context = {"submission": submission, "invitation": card_of(submission), "shown": shown, "fresh": fresh}
    return render(request, "capture/_invitation.html", context | {"by_field": {}, "is_oob": True})
