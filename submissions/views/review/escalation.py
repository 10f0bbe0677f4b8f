"""Escalate a submission to the managers, and a manager's answer."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.review.workload import claims, escalation
from submissions.search.queue_filters import reviewers
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import go, warn_of_unmatched
from submissions.views.review.page import reviewer
from submissions.workflow.permissions import NotAllowed, get_submission_for
from submissions.workflow.transitions import StaleSubmission


@require_POST
def escalate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(reviewer(request), pk, "see")
    back = reverse("review", args=[pk])
    reason = read_reason(request, missing=_("Enter a reason."), title=_("Escalate submission"), back=back)
    try:
        escalation.escalate(submission, reason, by=events.actor_of(request))
    except NotAllowed as why:
        messages.error(request, str(why))
        return go(request, "review", pk=pk)
    except StaleSubmission:
        messages.warning(request, _("The submission has changed. It was not escalated."))
        return go(request, "review", pk=pk)
    warn_of_unmatched(request, submission, reason)
    messages.success(request, _("%(reference)s escalated.") % {"reference": submission.reference})
    return go(request, "review_queue")


@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Assign it to a reviewer, or to the one who escalated it, with a comment."""
    submission = get_submission_for(reviewer(request), pk, "reassign")
    to = reviewers().filter(username=request.POST.get("to", "")).first()
    if to is None:
        messages.error(request, _("Select the new assignee."))
        return go(request, "review", pk=pk)
    back = reverse("review", args=[pk])
    comment = read_reason(request, missing=_("Enter a comment."), title=_("Assign submission"), back=back)
    try:
        claims.assign_escalated(submission, to, comment, by=events.actor_of(request))
    except NotAllowed as why:
        messages.error(request, str(why))
        return go(request, "review", pk=pk)
    except StaleSubmission:
        messages.warning(request, _("The submission is not escalated any more. Nothing was changed."))
        return go(request, "review", pk=pk)
    warn_of_unmatched(request, submission, comment)
    text = _("%(reference)s assigned to %(name)s.") % {"reference": submission.reference, "name": to.name}
    messages.success(request, text)
    return go(request, "review_queue")
