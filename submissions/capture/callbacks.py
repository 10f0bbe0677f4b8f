"""Contact with the customer: due call-backs, and new decisions to pass on."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Submission, User
from submissions.models.submission import DECIDED

DUE_SOON = timedelta(hours=1)
NEWS = timedelta(days=14)


def is_due() -> Q:
    """Return the condition of a call-back that is due within the hour."""
    return Q(callback_at__lte=clock.now() + DUE_SOON)


def is_to_pass_on(user: User) -> Q:
    """Return the condition of this user's decided submissions of the last 14 days whose customer was not informed."""
    return Q(status__in=DECIDED, created_by=user, passed_on_at=None, decided_at__gte=clock.now() - NEWS)


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
