"""Contact with the customer: due call-backs, and new decisions to pass on."""

from datetime import datetime, timedelta

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Submission, User
from submissions.models.submission import DECIDED, SubmissionQuerySet
from submissions.workflow.permissions import visible_to

DUE_SOON = timedelta(hours=1)
NEWS = timedelta(days=14)


def due(user: User, moment: datetime | None = None) -> SubmissionQuerySet:
    """Return the team's call-backs that are due within the hour, oldest first."""
    until = (moment or clock.now()) + DUE_SOON
    return visible_to(user).filter(callback_at__lte=until).order_by("callback_at")


def to_pass_on(user: User) -> SubmissionQuerySet:
    """Return final submissions of this user from the last 14 days whose customer was not informed, newest first."""
    decided = visible_to(user).filter(status__in=DECIDED, created_by=user, passed_on_at=None)
    return decided.filter(decided_at__gte=clock.now() - NEWS).order_by("-decided_at")


def called_back(submission: Submission, *, by: Actor) -> None:
    """Record that the customer was called; the appointment is over."""
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(callback_at=None)
        events.record("called_back", by=by, submission=submission)
    submission.callback_at = None


def pass_on(submission: Submission, *, by: Actor) -> None:
    """Record that the customer was informed of the decision. A second call changes nothing."""
    now = clock.now()
    with transaction.atomic():
        fresh = Submission.objects.filter(pk=submission.pk, status__in=DECIDED, passed_on_at=None)
        if fresh.update(passed_on_at=now, passed_on_by=by.user):
            events.record("verdict_passed_on", by=by, submission=submission)
