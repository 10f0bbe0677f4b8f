"""The small actions of the submission page: cancel sending, give up, restart, and call-backs."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.capture import callbacks, drafts
from submissions.capture import restart as restarting
from submissions.models.call import CAPTURED
from submissions.outbox import ledger
from submissions.search import blind_index
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person, safe_next
from submissions.workflow.permissions import get_submission_for


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
