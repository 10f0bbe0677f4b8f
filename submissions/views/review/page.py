"""The review page, its parts, and the notes and questions written on it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.models import Role, Submission, User
from submissions.review import claims, decisions, page_context, questions, queue
from submissions.views.capture import submission_page
from submissions.views.capture.images import record_image
from submissions.views.forms.reason import NoteForm, ask_again
from submissions.views.forms.review import DecisionForm
from submissions.views.request_helpers import go, person, safe_next, warn_of_unmatched
from submissions.workflow import permissions
from submissions.workflow.permissions import NotAllowed, get_submission_for


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
    if holds and submission.is_reserved:
        holds = claims.open_reserved(submission, by=events.actor_of(request))
    same_person = submission_page.others(user, submission) if holds else []
    purpose, told = "review" if holds else "", {"same_person": [other.reference for other in same_person]}
    events.record("looked", by=events.actor_of(request), submission=submission, purpose=purpose, fields=told)
    context = {
        **submission_page.state(submission, user),
        **(_opened(request, submission) if holds else page_context.closed(submission)),
        **_decision(submission, user, form),
        **_people(submission, user),
        **_claim_left(submission),
        "leaving": page_context.leaving(user, besides=submission),
        "holds": holds,
        "is_part": False,
        "others": same_person,
        "confirmed": page_context.confirmed_for(submission) if holds else {},
    }
    return render(request, "review/page.html", context, status=status)


def _opened(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    """What the claimant sees. Images that the desk shows from memory are looks of their own; answers are read now."""
    _record_shown(request, submission)
    shown = page_context.opened(submission, person(request))
    questions.mark_seen(submission)
    return shown


def _record_shown(request: HttpRequest, submission: Submission) -> None:
    wanted = set(request.headers.get("X-Preloaded", "").split(","))
    for image in page_context.shown_images(submission) if wanted != {""} else []:
        if str(image.pk) in wanted:
            record_image(request, image, "image_opened", from_memory=True)


def _decision(submission: Submission, user: User, form: DecisionForm | None) -> dict[str, Any]:
    """The verdict's side: the form, what stands in its way, and what was decided so far."""
    return {
        "form": form or DecisionForm(initial=page_context.initial_of(submission, user)),
        "seen": page_context.seen_of(submission),
        "why_not_claim": permissions.why_not(user, submission, "claim"),
        "why_not_decide": permissions.why_not(user, submission, "decide"),
        "undo": page_context.undo_of(submission, user),
        "verdicts": page_context.verdicts(submission, user),
        "is_blind": decisions.is_blind(submission, user),
        "is_second_given": len(decisions.in_force(submission)) > 1,
        "is_unlike": decisions.has_unlike_verdicts(submission),
        "corrects_otherwise": page_context.corrects_otherwise(submission),
        "is_back_to_first": decisions.is_back_to_first(submission, user),
        "goes_to_second": decisions.goes_to_second(submission, user),
        "colleagues": queue.reviewers().exclude(pk=user.pk),
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
    return {"notes": notes, "timeline": submission_page.timeline(submission, user)}


@require_safe
def decision_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """While a decision is on its way the review page asks for this; the page is loaded anew when it came back."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    undo = page_context.undo_of(found, person(request))
    if not found.has_open_call and not found.is_final and undo is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {**submission_page.state(found, person(request)), "undo": undo, "is_part": True}
    return render(request, "review/_decision_state.html", context)


@require_POST
def add_note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_submission_for(person(request), pk, "note")
    to = "review" if person(request).is_reviewer else "submission"
    form = NoteForm(request.POST, missing=_("Write the note first."))
    if not form.is_valid():
        back = resolve_url(safe_next(request, reverse(to, args=[pk])))
        return ask_again(request, form, title=_("Add the note"), back=back)
    text = form.cleaned_data["text"]
    decisions.add_note(found, text, by=events.actor_of(request))
    messages.success(request, _("The note is kept with the submission."))
    warn_of_unmatched(request, found, text)
    if request.POST.get("next"):
        return redirect(safe_next(request, "start"))
    return go(request, to, pk=pk)


@require_POST
def ask_agent(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A question to whoever captured it. It stays pending, and the clocks run on."""
    reviewer(request)
    found = get_submission_for(person(request), pk, "see")
    form = NoteForm(request.POST, missing=_("Write the question first."))
    if not form.is_valid():
        return ask_again(request, form, title=_("Ask the agent"), back=reverse("review", args=[pk]))
    try:
        questions.ask(found, form.cleaned_data["text"], by=events.actor_of(request))
    except questions.AlreadyAsked:
        messages.warning(request, _("A question waits for its answer already. Add a note, or wait."))
    else:
        messages.success(request, _("Asked. The agents find it on their start page; the clocks run on."))
    return go(request, "review", pk=pk)


@require_POST
def single_keys(request: HttpRequest) -> HttpResponse:
    """Single-key shortcuts on or off, for this person only."""
    user = reviewer(request)
    user.has_single_keys = request.POST.get("on") == "1"
    user.save(update_fields=["has_single_keys"])
    text = _("Single keys are on.") if user.has_single_keys else _("Single keys are off; every button still works.")
    messages.success(request, text)
    return redirect(safe_next(request, "review_queue"))
