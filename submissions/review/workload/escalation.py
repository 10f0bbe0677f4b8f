"""Escalate a submission to the managers, who claim it, assign it, or send it back. Its deadlines still apply.

`workload.claims` ends an escalation: a manager's claim and an assignment do.
"""

from typing import Any

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Submission
from submissions.models.submission import IN_REVIEW
from submissions.review.decisions import add_note
from submissions.workflow import alerts
from submissions.workflow.permissions import check_can
from submissions.workflow.transitions import StaleSubmission


def escalate(submission: Submission, reason: str, *, by: Actor) -> None:
    """Escalate it to the managers of its team; end this person's claim and the assignment. The reason is a note.

    Raises:
        NotAllowed: they may not decide it.
        StaleSubmission: it is escalated, snoozed, claimed by somebody else, or not in review. Nothing is written.
    """
    assert by.user is not None
    check_can(by.user, submission, "claim")
    now = clock.now()
    columns: dict[str, Any] = {"escalated_at": now, "escalated_by": by.user, "assigned_to": None, "given_by": None}
    columns |= {"claimed_by": None, "claimed_until": None, "is_reserved": False}
    row = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, escalated_at=None).unsnoozed(now)
    with transaction.atomic():
        if not (row.filter(claimed_by=by.user).update(**columns) or row.unclaimed(now).update(**columns)):
            raise StaleSubmission(submission.reference)
        events.record("escalated", by=by, submission=submission)
        add_note(submission, reason, by=by)
        alerts.notify(submission, "escalated", now, alerts.managers_of(submission) - {by.user})
    submission.refresh_from_db()


def end(submission: Submission, *, by: Actor, why: str) -> bool:
    """End an escalation; return whether there was one. `why`: "taken" or "assigned"."""
    escalated = Submission.objects.filter(pk=submission.pk, escalated_at__isnull=False)
    if not escalated.update(escalated_at=None, escalated_by=None):
        return False
    submission.escalated_at = submission.escalated_by = None
    events.record("escalation_ended", by=by, submission=submission, purpose=why)
    return True
