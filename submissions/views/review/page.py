"""The review page, its parts, and the notes and questions written on it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import limits
from submissions.audit import events
from submissions.core import clock
from submissions.models import ImageKind, Submission, User
from submissions.reporting.timeline import Timeline, timeline
from submissions.review import decisions, questions
from submissions.review.page_context import ReviewContext
from submissions.review.workload import claims, snooze
from submissions.views import status_messages
from submissions.views.capture.answers import send_image
from submissions.views.capture.images import record_image
from submissions.views.forms.reason import LaterImageForm, NoteForm, ask_again
from submissions.views.forms.review import DecisionForm
from submissions.views.frame import counters
from submissions.views.request_helpers import go, person, safe_next, warn_of_unmatched
from submissions.workflow import permissions, verification_methods
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import (
    check_user_can_see_queue,
    check_user_can_see_review_page,
    is_administrator,
    is_manager,
    user_can_see_queue,
)

RELATED = ("project__histogram", "vendor_report", "aml_result", "snoozed_by", "escalated_by")


def reviewer(request: HttpRequest) -> User:
    user = person(request)
    check_user_can_see_queue(user)
    return user


@require_safe
def review_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the page. Administrators see it without personal data and actions."""
    check_user_can_see_review_page(person(request))
    user = person(request)
    submission = get_submission_for(user, pk, "see", *RELATED, **counters.columns(user))
    counters.keep(request, vars(submission))
    return render_console(request, submission)


def render_console(
    request: HttpRequest, submission: Submission, form: DecisionForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Record the view and show the page. Answers to questions count as seen once they are on it."""
    user = person(request)
    holds = permissions.holds_claim(user, submission)
    if holds and submission.is_reserved:
        holds = claims.open_reserved(submission, by=events.actor_of(request))
    review = ReviewContext.load(submission, user, is_open=holds)
    _record_look(request, review)
    questions.mark_seen(review.questions)
    context = {
        **review.for_template(),
        **_decision_state(review),
        **_claim_left(submission, user),
        **_workload(review),
        "reason_length": limits.REASON,
        **_later_images(review),
        "methods": verification_methods.of(submission, review.calls),
        "untrained": permissions.why_untrained(user, submission) if holds else "",
        "form": form or DecisionForm(initial=review.form_initial),
        "timeline": _timeline(review),
        "is_part": False,
    }
    return render(request, "review/page.html", context, status=status)


def _record_look(request: HttpRequest, review: ReviewContext) -> None:
    """Record the view of the page, and separately each image that the browser shows from memory."""
    same_id = {other.reference: None for _kind, other in review.same_ids}
    fields = {"same_person": [other.reference for other in review.others], "same_id": list(same_id)}
    purpose = "review" if review.is_open else ""
    events.record("looked", by=events.actor_of(request), submission=review.submission, purpose=purpose, fields=fields)
    preloaded = set(request.headers.get("X-Preloaded", "").split(","))
    for image in review.all_images if preloaded != {""} else []:
        if str(image.pk) in preloaded:
            record_image(request, image, "image_opened", from_memory=True)


def _decision_state(review: ReviewContext) -> dict[str, Any]:
    """Return the messages about the open call, the last one and the result."""
    submission, call = review.submission, review.open_call
    about_call = status_messages.about_open_call(call) if call else None
    about_notice = status_messages.about_notice(submission, review.last_call)
    return {
        "message": about_call or about_notice or status_messages.about_reading(submission),
        "end": status_messages.about_end(submission),
    }


def _later_images(review: ReviewContext) -> dict[str, Any]:
    """Return for the images of answers: why they stay here, which kinds there are, and what became of those sent."""
    return {
        "why_image_stays": questions.why_image_stays(review.submission),
        "later_kinds": questions.KINDS,
        "later_images": status_messages.about_later_images(review.calls, review.submission.project.vendor_name),
    }


def _claim_left(submission: Submission, user: User) -> dict[str, Any]:
    """Return how long the claim lasts: in seconds, in whole minutes, and as a percentage of a new claim."""
    until = submission.claimed_until
    seconds = max(0, int((until - clock.now()).total_seconds())) if until else 0
    return {
        "claim_seconds": seconds,
        "claim_minutes": seconds // 60,
        "claim_share": min(100, round(100 * seconds / claims.LASTS.total_seconds())),
        "is_held_by_other": submission.is_claimed and submission.claimed_by_id != user.pk,
    }


def _timeline(review: ReviewContext) -> Timeline | None:
    """Return the timeline; none for administrators, because notes may contain names."""
    if is_administrator(review.user):
        return None
    return timeline(review.submission, is_blind=review.verdicts.is_blind_for(review.user), with_aml=True)


def _workload(review: ReviewContext) -> dict[str, Any]:
    """Return whether the user may snooze or escalate it, and the reason of an escalation, which is a note.

    They may if they may claim it, nobody else has the claim, and it is neither snoozed nor escalated.
    """
    submission, since = review.submission, review.submission.escalated_at
    is_free = review.is_open or not submission.is_claimed
    may = is_free and not (submission.is_snoozed or since or review.why_not("claim"))
    written = [note for note in review.notes if since and note.created_at >= since]
    reason = next((note for note in written if note.author_id == submission.escalated_by_id), None)
    return {
        "may_snooze": may,
        "may_escalate": may and not is_manager(review.user),
        "may_answer": submission.is_escalated and is_manager(review.user),
        "escalation_note": reason,
        "is_snoozed_past_target": snooze.lasts_past_target(submission),
    }


@require_safe
def decision_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Return the state of a decision while it is sent; the page is loaded again when the decision came back."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    review = ReviewContext.load(submission, person(request), is_open=False)
    undo = review.verdicts.undo_offer(review.user, review.open_call)
    if review.open_call is None and not submission.is_final and undo is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        **_decision_state(review),
        "submission": submission,
        "call": review.open_call,
        "undo": undo,
        "is_part": True,
    }
    return render(request, "review/_decision_state.html", context)


@require_POST
def add_note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "note")
    to = "review" if user_can_see_queue(person(request)) else "submission"
    form = NoteForm(request.POST, missing=_("Enter the note."))
    if not form.is_valid():
        back = resolve_url(safe_next(request, reverse(to, args=[pk])))
        return ask_again(request, form, title=_("Add note"), back=back)
    text = form.cleaned_data["text"]
    decisions.add_note(submission, text, by=events.actor_of(request))
    messages.success(request, _("Note added."))
    warn_of_unmatched(request, submission, text)
    if request.POST.get("next"):
        return redirect(safe_next(request, "start"))
    return go(request, to, pk=pk)


@require_POST
def ask_agent(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the agents who captured it. The submission stays pending and its deadlines apply."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    form = NoteForm(request.POST, missing=_("Enter the question."))
    if not form.is_valid():
        return ask_again(request, form, title=_("Ask agent"), back=reverse("review", args=[pk]))
    try:
        questions.ask(submission, form.cleaned_data["text"], by=events.actor_of(request))
    except questions.AlreadyAsked:
        messages.warning(request, _("A question is still unanswered. Add a note, or wait for the answer."))
    else:
        messages.success(request, _("Question sent to the agent. Deadlines still apply."))
    return go(request, "review", pk=pk)


@require_POST
def send_later_image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add the image of an answer to the record at ARGOS, as the reviewer with the claim chooses."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    form = LaterImageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which image it is."))
        return go(request, "review", pk=pk)
    rows = submission.questions.select_related("image").exclude(image=None)
    question = get_object_or_404(rows, pk=form.cleaned_data["question"])
    question.submission = submission
    send_image(request, question, ImageKind(form.cleaned_data["image_kind"]))
    return go(request, "review", pk=pk)


@require_POST
def single_keys(request: HttpRequest) -> HttpResponse:
    """Switch single-key shortcuts on or off for this user."""
    user = reviewer(request)
    user.has_single_keys = request.POST.get("on") == "1"
    user.save(update_fields=["has_single_keys"])
    text = _("Single keys are on.") if user.has_single_keys else _("Single keys are off; every button still works.")
    messages.success(request, text)
    return redirect(safe_next(request, "review_queue"))
