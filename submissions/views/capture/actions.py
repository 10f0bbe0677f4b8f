"""The small actions of the submission page: cancel sending, give up, restart, and call-backs, and the Liveform link."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.capture import callbacks, drafts, phone_links
from submissions.capture import restart as restarting
from submissions.liveform import links
from submissions.models import Submission
from submissions.models.call import CAPTURED
from submissions.outbox import ledger
from submissions.search import blind_index
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person, safe_next
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.transitions import StaleSubmission


@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    ledger.cancel_prepared(submission, CAPTURED, by=events.actor_of(request), why="taken_back")
    return redirect("submission", pk=pk)


@require_POST
def give_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    reason = read_reason(
        request,
        missing=_("Enter a reason to close the submission."),
        title=_("Close the draft"),
        back=reverse("submission", args=[pk]),
    )
    drafts.give_up(submission, by=events.actor_of(request), reason=reason)
    messages.success(request, _("Closed. Nothing was sent."))
    return redirect("submission", pk=pk)


@require_POST
def restart(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "handle")
    try:
        fresh = restarting.restart(submission, by=events.actor_of(request))
    except restarting.RestartedAlready as already:
        messages.info(request, _("A new submission was already started with this data. It is shown here."))
        return redirect("submission", pk=already.fresh.pk)
    found = blind_index.same_person(person(request), fresh).count()
    text = _("New draft with the same data. It has its own attempts and 24-hour limit. Enter masked numbers again.")
    messages.success(request, text)
    if found:
        messages.warning(request, _("Other open or approved submissions of this person are listed below."))
    return redirect("submission", pk=fresh.pk)


@require_POST
def called_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "handle")
    callbacks.called_back(submission, by=events.actor_of(request))
    return redirect(safe_next(request, "start"))


@require_POST
def passed_on(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "handle")
    callbacks.pass_on(submission, by=events.actor_of(request))
    return redirect(safe_next(request, "start"))


def begin_liveform(request: HttpRequest, submission: Submission) -> None:
    """Request the link, or say why there is none; the submission stays as it is then."""
    if not submission.project.has_liveform:
        messages.error(request, _("This project does not use Liveform. The draft was created."))
        return
    try:
        links.make(submission, by=events.actor_of(request))
    except links.NotOffered as refused:
        messages.error(request, str(refused))


@require_POST
def liveform_make(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    if not links.is_offered(submission):
        raise StaleSubmission(submission.reference)
    begin_liveform(request, submission)
    return redirect("submission", pk=pk)


@require_POST
def liveform_mail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
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
def liveform_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "capture")
    links.withdraw(submission, by=events.actor_of(request))
    messages.success(request, _("Link withdrawn. The submission is a draft again."))
    return redirect("submission", pk=pk)
