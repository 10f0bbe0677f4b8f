"""The review page and what is pressed on it: claim, verdict, undo, notes."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos.codes import TABLES
from argos.codes.comments import REJECT_COMMENTS
from submissions import console, events, permissions, review
from submissions.models import Status, Submission, Verdict
from submissions.permissions import get_submission_for
from submissions.transitions import StaleSubmission
from submissions.views import page
from submissions.views.asking import person
from submissions.views.queue import reviewer


@require_safe
def review_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    return _render(request, get_submission_for(person(request), pk, "see"))


def _render(
    request: HttpRequest, submission: Submission, *, typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    holds = permissions.holds_claim(user, submission)
    events.record("looked", by=events.actor_of(request), submission=submission, purpose="review" if holds else "")
    context = {
        **page.state(submission, user),
        **(console.opened(submission, user) if holds else console.closed(submission)),
        "holds": holds,
        "why_not_claim": permissions.why_not(user, submission, "claim"),
        "why_not_decide": permissions.why_not(user, submission, "decide"),
        "last_own": console.last_withdrawn(submission, user),
        "undo": console.undo_of(submission, user),
        "typed": typed or {},
        "ticked": (typed or {}).get("ticked", []),
        "corrections": {name: (typed or {}).get(name, "") for name in review.CORRECTABLE},
        "reasons": reasons(),
        "notes": list(submission.notes.select_related("author")),
        "timeline": page.timeline(submission),
        "others": page.others(user, submission) if holds else [],
    }
    for note in context["notes"]:
        note.submission = submission
    return render(request, "review/console.html", context, status=status)


def reasons() -> list[tuple[str, list[tuple[str, str]]]]:
    """Reject reasons by whose they are: the vendor's codes with its text, then our own."""
    vendor = [(code, REJECT_COMMENTS.get(code, row.what_happened)) for code, row in TABLES["reject"].items()]
    own = [(code, str(text)) for code, text in review.OWN_REASONS.items()]
    return [(_("The vendor's codes"), vendor), (_("Our own"), own)]


@require_safe
def decision_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """While a decision is on its way the review page asks for this; then the page is loaded anew."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    if not found.has_open_call:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {**page.state(found, person(request)), "undo": console.undo_of(found, person(request))}
    return render(request, "review/_decision_state.html", context)


@require_POST
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    try:
        review.claim(found, by=events.actor_of(request))
    except review.ClaimedByOther:
        who = found.claimed_by or _("somebody")
        messages.warning(request, _("%(name)s has claimed this one and is reviewing it now.") % {"name": who})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("review", pk=pk)


@require_POST
def release_claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    review.release(found, by=events.actor_of(request), note=request.POST.get("note", "").strip())
    messages.success(request, _("%(reference)s is free for others again.") % {"reference": found.reference})
    return redirect("review_queue")


@require_POST
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A verdict. Whatever stops it is said with everything typed kept."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    typed = {
        name: request.POST.get(name, "").strip() for name in ("verdict", "reason_code", "comment", *review.CORRECTABLE)
    }
    ticked = request.POST.getlist("warning")
    try:
        review.decide(
            found,
            Verdict(typed["verdict"]),
            by=events.actor_of(request),
            reason_code=typed["reason_code"],
            comment=typed["comment"],
            corrections={name: typed[name] for name in review.CORRECTABLE},
            ticked=ticked,
        )
    except (ValueError, review.CommentMissing, review.WarningsOpen, permissions.NotAllowed, StaleSubmission) as stop:
        messages.error(request, _why(stop, found))
        fresh = get_submission_for(person(request), pk, "see")
        return _render(request, fresh, typed={**typed, "ticked": ticked}, status=409)
    return redirect("review", pk=pk)


def _why(stop: Exception, submission: Submission) -> str:
    if isinstance(stop, review.CommentMissing):
        return _("A rejection needs a reason and a comment.")
    if isinstance(stop, review.WarningsOpen):
        return _("Tick off every warning before you approve.")
    if isinstance(stop, permissions.NotAllowed):
        return str(stop)
    if isinstance(stop, StaleSubmission):
        submission.refresh_from_db()
        return _("It was decided or moved meanwhile: it is %(status)s now. Your verdict was not given.") % {
            "status": Status(submission.status).label
        }
    return _("Choose Approve or Reject.")


@require_POST
def undo_decision(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    try:
        review.undo(found, by=events.actor_of(request))
    except StaleSubmission:
        messages.warning(request, _("It has left already and cannot be taken back."))
    else:
        messages.success(request, _("Taken back. Nothing was sent."))
    return redirect("review", pk=pk)


@require_POST
def add_note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_submission_for(person(request), pk, "note")
    text = request.POST.get("text", "").strip()
    if text:
        review.add_note(found, text, by=events.actor_of(request), is_question=request.POST.get("question") == "1")
    else:
        messages.error(request, _("Write the note first."))
    return redirect("review" if person(request).is_reviewer else "submission", pk=pk)
