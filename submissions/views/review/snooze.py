"""Snooze a submission, and end a snooze by hand."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.review.workload import snooze
from submissions.views.forms.reason import SnoozeForm, ask_again
from submissions.views.request_helpers import go, warn_of_unmatched
from submissions.views.review.page import reviewer
from submissions.workflow.permissions import NotAllowed, get_submission_for
from submissions.workflow.transitions import StaleSubmission


@require_POST
def put(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Snooze it until a time. A time after the review target is asked again with a warning."""
    submission = get_submission_for(reviewer(request), pk, "see")
    form = SnoozeForm(request.POST, submission=submission)
    if not form.is_valid():
        return ask_again(request, form, title=_("Snooze submission"), back=reverse("review", args=[pk]))
    until, reason, accepts = (form.cleaned_data[name] for name in ("until", "reason", "accepts_overdue"))
    try:
        snooze.snooze(submission, until, reason, by=events.actor_of(request), accepts_overdue=accepts)
    except NotAllowed as why:
        messages.error(request, str(why))
        return go(request, "review", pk=pk)
    except StaleSubmission:
        messages.warning(request, _("The submission has changed. It was not snoozed."))
        return go(request, "review", pk=pk)
    warn_of_unmatched(request, submission, reason)
    messages.success(request, _("%(reference)s snoozed.") % {"reference": submission.reference})
    return go(request, "review_queue")


@require_POST
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(reviewer(request), pk, "see")
    if snooze.end(submission, by=events.actor_of(request), why="by_hand"):
        messages.success(request, _("%(reference)s is in the queue again.") % {"reference": submission.reference})
    return go(request, "review", pk=pk)
