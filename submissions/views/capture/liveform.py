"""The agent's side of Liveform: a one-time link as QR code, text or e-mail, and its withdrawal."""

import uuid
from dataclasses import dataclass

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.capture import phone_links
from submissions.core import clock
from submissions.liveform import links
from submissions.models import CallKind, CallState, LiveformLink, Route, Submission
from submissions.views.capture.page_context import StateContext
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.transitions import StaleSubmission


@dataclass(frozen=True)
class LiveformCard:
    """The card of the submission page. `url` and `qr`: only for those who may capture, while the link is open."""

    link: LiveformLink | None
    is_open: bool
    is_expired: bool
    was_thrown_away: bool
    may_make: bool
    has_started: bool
    is_pool_full_soon: bool
    url: str = ""
    qr: str = ""


@sensitive_variables()
def card(context: StateContext) -> LiveformCard | None:
    """Return the card; None where the project does not use Liveform or the submission has gone further."""
    submission = context.submission
    is_there = submission.route == Route.LIVEFORM and submission.status == "at_liveform"
    if not is_there and not links.is_offered(submission):
        return None
    link = links.newest(submission)
    can_capture = context.may("capture")
    is_open = link is not None and link.is_open
    url = links.url_of(link) if link and is_open and can_capture else ""
    last = context.last_call
    return LiveformCard(
        link=link,
        is_open=is_open,
        is_expired=link is not None and link.call.state == CallState.ANSWERED and link.is_expired_at(clock.now()),
        was_thrown_away=last is not None and last.kind == CallKind.TOKEN and last.state == CallState.SETTLED,
        may_make=can_capture and context.open_call is None and links.is_offered(submission),
        has_started=bool(submission.vendor_id),
        is_pool_full_soon=can_capture and links.tokens_at_argos(submission.project) >= links.POOL_WARNING,
        url=url,
        qr=segno.make(url, micro=False, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
        if url
        else "",
    )


def begin(request: HttpRequest, submission: Submission) -> None:
    """Request the link, or say why there is none; the submission stays as it is then."""
    if not submission.project.has_liveform:
        messages.error(request, _("This project does not use Liveform. The draft was created."))
        return
    try:
        links.make(submission, by=events.actor_of(request))
    except links.NotOffered as refused:
        messages.error(request, str(refused))


@require_POST
def make(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    if not links.is_offered(submission):
        raise StaleSubmission(submission.reference)
    begin(request, submission)
    return redirect("submission", pk=pk)


@require_POST
def mail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    link = links.newest(submission)
    if link is None or not link.is_open:
        raise StaleSubmission(submission.reference)
    try:
        links.mail(link, by=events.actor_of(request))
    except phone_links.NotMailed:
        messages.warning(request, _("The e-mail was not sent. Show the QR code, or check the address."))
    else:
        messages.success(request, _("The link is on its way to the customer's e-mail address."))
    return redirect("submission", pk=pk)


@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    links.withdraw(submission, by=events.actor_of(request))
    messages.success(request, _("Link withdrawn. The submission is a draft again."))
    return redirect("submission", pk=pk)
