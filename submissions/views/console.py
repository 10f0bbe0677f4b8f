"""The review page and what is pressed on it besides a verdict: claim, release, notes, the keys' switch."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions import claims, clock, console, events, permissions, review
from submissions.forms_review import DecisionForm
from submissions.models import Role, Submission, User
from submissions.permissions import NotAllowed, get_submission_for
from submissions.transitions import StaleSubmission
from submissions.views import page
from submissions.views.asking import person, safe_next

TYPED = ("verdict", "reason_code", "comment", *review.CORRECTABLE)


def reviewer(request: HttpRequest) -> User:
    user = person(request)
    if not user.is_reviewer:
        raise NotAllowed(_("The review queue is for compliance officers and managers."))
    return user


@require_safe
def review_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Administrators may look too: they see what is not personal, and can do nothing."""
    if person(request).role != Role.ADMINISTRATOR:
        reviewer(request)
    return render_console(request, get_submission_for(person(request), pk, "see"))


def render_console(
    request: HttpRequest, submission: Submission, form: DecisionForm | None = None, *, status: int = 200
) -> HttpResponse:
    user = person(request)
    holds = permissions.holds_claim(user, submission)
    events.record("looked", by=events.actor_of(request), submission=submission, purpose="review" if holds else "")
    context = {
        **page.state(submission, user),
        **(console.opened(submission, user) if holds else console.closed(submission)),
        **_decision(submission, user, form),
        **_people(submission, user),
        **_claim_left(submission),
        "leaving": console.leaving(user, besides=submission),
        "holds": holds,
        "is_part": False,
        "others": page.others(user, submission) if holds else [],
        "confirmed": console.confirmed_for(submission) if holds else {},
    }
    return render(request, "review/console.html", context, status=status)


def _decision(submission: Submission, user: User, form: DecisionForm | None) -> dict[str, Any]:
    """The verdict's side: the form, what stands in its way, and what was decided so far."""
    return {
        "form": form or DecisionForm(initial=console.initial_of(submission, user)),
        "seen": console.seen_of(submission),
        "why_not_claim": permissions.why_not(user, submission, "claim"),
        "why_not_decide": permissions.why_not(user, submission, "decide"),
        "undo": console.undo_of(submission, user),
        "verdicts": console.verdicts(submission, user),
        "is_blind": review.is_blind(submission, user),
        "goes_to_second": review.goes_to_second(submission, user),
    }


def _claim_left(submission: Submission) -> dict[str, Any]:
    """How long the claim lasts, in seconds and whole minutes."""
    until = submission.claimed_until
    seconds = max(0, int((until - clock.now()).total_seconds())) if until else 0
    return {"claim_seconds": seconds, "claim_minutes": seconds // 60}


def _people(submission: Submission, user: User) -> dict[str, Any]:
    """Notes and timeline; an administrator gets neither, because people write names into notes."""
    if user.role == Role.ADMINISTRATOR:
        return {"notes": [], "timeline": []}
    notes = list(submission.notes.select_related("author"))
    for note in notes:
        note.submission = submission
    return {"notes": notes, "timeline": page.timeline(submission, user)}


@require_safe
def decision_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """While a decision is on its way the review page asks for this; the page is loaded anew when it came back."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    if not found.has_open_call and not found.is_final:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    state = page.state(found, person(request))
    context = {**state, "undo": console.undo_of(found, person(request)), "is_part": True}
    return render(request, "review/_decision_state.html", context)


@require_POST
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it, or take it again after the claim ran out: what was typed by then comes along and is kept."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    typed = {name: request.POST[name] for name in TYPED if request.POST.get(name)}
    try:
        claims.claim(found, by=events.actor_of(request))
    except claims.ClaimedByOther:
        who = found.claimed_by or _("Somebody")
        messages.warning(request, _("%(name)s has claimed this one and is reviewing it now.") % {"name": who})
    except StaleSubmission:
        found.refresh_from_db()
        messages.warning(request, console.meanwhile(found, person(request)))
    if typed:
        return render_console(request, found, DecisionForm(initial=typed))
    return redirect("review", pk=pk)


@require_POST
def hold(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """The page's ping while the person works: the claim is extended, or the page says that it is lost."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    if claims.extend(found, by=events.actor_of(request)):
        return JsonResponse({"held": True, "seconds": int(claims.LASTS.total_seconds())})
    if not found.is_in_review:
        why = console.meanwhile(found, person(request))
    elif found.claimed_by and found.is_claimed:
        why = _("%(name)s has claimed this one and is reviewing it now.") % {"name": found.claimed_by}
    else:
        why = _("Your claim has ended. What you typed is kept; claim it again to go on.")
    return JsonResponse({"held": False, "why": why})


@require_POST
def release_claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    note = request.POST.get("note", "").strip()
    try:
        claims.release(found, by=events.actor_of(request), note=note)
    except StaleSubmission:
        messages.warning(request, _("You do not hold %(reference)s any more.") % {"reference": found.reference})
        return redirect("review", pk=pk)
    messages.success(request, _("%(reference)s is free for others again.") % {"reference": found.reference})
    return redirect("review_queue")


@require_POST
def add_note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_submission_for(person(request), pk, "note")
    text = request.POST.get("text", "").strip()
    if text:
        review.add_note(found, text, by=events.actor_of(request), is_question=request.POST.get("question") == "1")
        messages.success(request, _("The note is kept with the submission."))
    else:
        messages.error(request, _("Write the note first."))
    return redirect("review" if person(request).is_reviewer else "submission", pk=pk)


@require_POST
def single_keys(request: HttpRequest) -> HttpResponse:
    """Single-key shortcuts on or off, for this person only."""
    user = reviewer(request)
    user.has_single_keys = request.POST.get("on") == "1"
    user.save(update_fields=["has_single_keys"])
    text = _("Single keys are on.") if user.has_single_keys else _("Single keys are off; every button still works.")
    messages.success(request, text)
    return redirect(safe_next(request, "review_queue"))
