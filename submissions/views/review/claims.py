"""Claim a submission, extend the claim, hand it over and release it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.models import Submission, training
from submissions.review import verdicts
from submissions.review.corrections import CORRECTABLE
from submissions.review.page_context import ReviewContext
from submissions.review.workload import claims
from submissions.search.queue_filters import reviewers
from submissions.views.forms.reason import HandoverForm, ask_again
from submissions.views.forms.review import DecisionForm
from submissions.views.request_helpers import go, person, warn_of_unmatched
from submissions.views.review.page import render_console, reviewer
from submissions.workflow import permissions
from submissions.workflow.permissions import NotAllowed, get_submission_for, holds_claim
from submissions.workflow.role_permissions import why_not_trained
from submissions.workflow.transitions import StaleSubmission

TYPED = ("verdict", "reason_code", "comment", "warning_reason", *CORRECTABLE)


@require_POST
def claim_next(request: HttpRequest) -> HttpResponse:
    """Claim the next submission; `from` names the page of the button, whose own submission is not the next."""
    reviewer(request)
    return to_next(request, besides=claimed_from(request))


def claimed_from(request: HttpRequest) -> Submission | None:
    """Return the submission on whose page the button was pressed."""
    try:
        return Submission.objects.filter(pk=uuid.UUID(request.POST.get("from", ""))).first()
    except ValueError:
        return None


def to_next(request: HttpRequest, besides: Submission | None = None) -> HttpResponse:
    taken = claims.claim_next(by=events.actor_of(request), besides=besides)
    if taken is None:
        is_barred = training.barring(person(request)).exists()
        why = why_not_trained(person(request)) if is_barred else _("No submission is waiting that you may decide.")
        messages.info(request, why)
        return go(request, "review_queue")
    return go(request, "review", pk=taken.pk)


@require_POST
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Claim it, also again after the claim expired; typed text is kept."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    typed = {name: request.POST[name] for name in TYPED if request.POST.get(name)}
    try:
        claims.claim(submission, by=events.actor_of(request))
    except claims.ClaimedByOther:
        messages.warning(request, _held_by(submission))
    except StaleSubmission:
        submission.refresh_from_db()
        messages.warning(request, verdicts.overtaken_message(submission, person(request)))
    if typed:
        return render_console(request, submission, DecisionForm(initial=typed))
    return go(request, "review", pk=pk)


def _held_by(submission: Submission) -> str:
    who = submission.claimed_by or _("Somebody")
    return _("%(name)s has claimed this submission and is reviewing it now.") % {"name": who}


@require_POST
def extend_claim(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Extend the claim at the page's ping, or report that it is lost."""
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    if claims.extend(submission, by=events.actor_of(request)):
        return JsonResponse({"held": True, "seconds": int(claims.LASTS.total_seconds())})
    if not submission.is_in_review:
        why = verdicts.overtaken_message(submission, person(request))
    elif submission.is_claimed and submission.claimed_by != person(request):
        why = _held_by(submission)
    elif untrained := permissions.why_untrained(person(request), submission):
        why = untrained
    else:
        why = _("Your claim has ended. Your entries are kept; claim the submission again to continue.")
    return JsonResponse({"held": False, "why": why})


@require_POST
def reserve(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Return the next reserved submission: its URL and the images of its page."""
    user = reviewer(request)
    submission = get_submission_for(user, pk, "see")
    if not holds_claim(user, submission):
        return JsonResponse({})
    following = claims.reserve_next(by=events.actor_of(request), besides=submission)
    if following is None:
        return JsonResponse({})
    review = ReviewContext.load(following, user, is_open=True)
    images = dict.fromkeys(reverse("image", args=[image.pk]) for image in review.all_images)
    return JsonResponse({"path": reverse("review", args=[following.pk]), "images": list(images)})


@require_POST
def hand_over(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand it over to a colleague, who has the claim from now on."""
    user = reviewer(request)
    submission = get_submission_for(user, pk, "see")
    to = reviewers().filter(username=request.POST.get("to", "")).first()
    if to is None:
        messages.error(request, _("Select the new assignee."))
        return go(request, "review", pk=pk)
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return ask_again(request, form, title=_("Reassign submission"), back=reverse("review", args=[pk]))
    note = form.cleaned_data["note"]
    try:
        claims.hand_over(submission, to, by=events.actor_of(request), note=note)
    except NotAllowed as why:
        messages.error(request, str(why))
        return go(request, "review", pk=pk)
    except StaleSubmission:
        return _lost(request, submission)
    warn_of_unmatched(request, submission, note)
    message = _("%(reference)s reassigned to %(name)s.")
    messages.success(request, message % {"reference": submission.reference, "name": to.name})
    return go(request, "review_queue")


@require_POST
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    reviewer(request)
    submission = get_submission_for(person(request), pk, "see")
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return ask_again(request, form, title=_("Release submission"), back=reverse("review", args=[pk]))
    note = form.cleaned_data["note"]
    try:
        claims.release(submission, by=events.actor_of(request), note=note)
    except StaleSubmission:
        return _lost(request, submission)
    warn_of_unmatched(request, submission, note)
    messages.success(request, _("%(reference)s released.") % {"reference": submission.reference})
    return go(request, "review_queue")


def _lost(request: HttpRequest, submission: Submission) -> HttpResponse:
    message = _("Your claim on %(reference)s has ended. Nothing was changed.") % {"reference": submission.reference}
    messages.warning(request, message)
    return go(request, "review", pk=submission.pk)
