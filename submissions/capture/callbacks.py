"""Keeping in touch with the customer: call-backs due and new verdicts to pass on."""

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
    """Of the person's team: call-backs whose time has come or comes within the hour, the oldest first."""
    until = (moment or clock.now()) + DUE_SOON
    return visible_to(user).filter(callback_at__lte=until).order_by("callback_at")


def to_pass_on(user: User) -> SubmissionQuerySet:
    """Final ones this person began whose verdict nobody has passed on, of the last 14 days, the newest first."""
    decided = visible_to(user).filter(status__in=DECIDED, created_by=user, passed_on_at=None)
    return decided.filter(decided_at__gte=clock.now() - NEWS).order_by("-decided_at")


def called_back(submission: Submission, *, by: Actor) -> None:
    """The customer was called; the appointment is over."""
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(callback_at=None)
        events.record("called_back", by=by, submission=submission)
    submission.callback_at = None


def pass_on(submission: Submission, *, by: Actor) -> None:
    """The customer was told the verdict. A second press changes nothing."""
    now = clock.now()
    with transaction.atomic():
        fresh = Submission.objects.filter(pk=submission.pk, status__in=DECIDED, passed_on_at=None)
        if fresh.update(passed_on_at=now, passed_on_by=by.user):
            events.record("verdict_passed_on", by=by, submission=submission)
