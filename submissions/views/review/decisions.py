"""Give a decision and undo it."""

import uuid
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.models import Submission, Verdict
from submissions.review import decisions, page_context, verdicts
from submissions.review.decisions import Basis
from submissions.review.verdicts import Verdicts
from submissions.review.workload import claims
from submissions.views.forms.review import DecisionForm
from submissions.views.request_helpers import go, person
from submissions.views.review.claims import claimed_from, to_next
from submissions.views.review.page import render_console, reviewer
from submissions.workflow import permissions
from submissions.workflow.permissions import NotAllowed, get_submission_for
from submissions.workflow.transitions import StaleSubmission


@require_POST
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Accept a decision, then show this page or the next one. A refused decision keeps all entries."""
    user = reviewer(request)
    submission = get_submission_for(user, pk, "see", "vendor_report", "aml_result")
    basis = Basis.load(submission, user)
    must_explain = basis.verdicts.is_back_to_first(user)
    form = DecisionForm(request.POST, warnings=basis.warnings, must_explain=must_explain, submission=submission)
    if request.POST.get("seen") != page_context.seen_of(submission):
        return _stopped(request, pk, form, verdicts.overtaken_message(submission, user))
    if basis.why_not:
        return _stopped(request, pk, form, basis.why_not)
    if not form.is_valid():
        return render_console(request, submission, form, status=422)
    try:
        _decide(request, submission, form, basis)
    except (NotAllowed, StaleSubmission) as stop:
        submission.refresh_from_db()
        why = str(stop) if isinstance(stop, NotAllowed) else verdicts.overtaken_message(submission, user)
        return _stopped(request, pk, form, why)
    if request.POST.get("then") == "next":
        return to_next(request, besides=submission)
    if not submission.has_open_call and Verdicts.load(submission).undoable is None:
        messages.success(request, _("Decision recorded. Awaiting another reviewer."))
    return go(request, "review", pk=pk)


def _decide(request: HttpRequest, submission: Submission, form: DecisionForm, basis: Basis) -> None:
    decisions.decide(
        submission,
        Verdict(form.cleaned_data["verdict"]),
        by=events.actor_of(request),
        reason_code=form.cleaned_data["reason_code"],
        comment=form.cleaned_data["comment"],
        corrections=form.corrections,
        ticked=form.ticked,
        warning_reason=form.cleaned_data["warning_reason"],
        basis=basis,
    )


def _stopped(request: HttpRequest, pk: uuid.UUID, form: DecisionForm, why: str) -> HttpResponse:
    messages.error(request, _("Decision not submitted. %(why)s Your entries are kept.") % {"why": why})
    form.is_valid()
    return render_console(request, get_submission_for(person(request), pk, "see"), form, status=409)


@require_POST
def undo_decision(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Undo a decision before it is sent: the form shows its entries again; the submission is claimed if possible."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    try:
        decisions.undo(submission, by=events.actor_of(request))
    except StaleSubmission:
        text = _("%(reference)s: the decision was sent already and cannot be undone.")
        messages.warning(request, text % {"reference": submission.reference})
        return go(request, "review", pk=pk)
    if left := claimed_from(request):
        claims.reserve_again(left, by=events.actor_of(request))
    if not permissions.holds_claim(person(request), submission):
        with suppress(claims.ClaimedByOther, StaleSubmission, NotAllowed):
            claims.claim(submission, by=events.actor_of(request))
    text = _("%(reference)s: decision undone. Nothing was sent; your entries were restored.")
    messages.success(request, text % {"reference": submission.reference})
    return go(request, "review", pk=pk)
