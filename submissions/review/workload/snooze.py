"""Snooze a submission: out of "claim next" and the queue until a time. Its deadlines still apply."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, isolated_rows
from submissions.models import Submission, User
from submissions.models.submission import IN_REVIEW
from submissions.review.decisions import add_note
from submissions.workflow import alerts
from submissions.workflow.permissions import NotAllowed, can, check_can
from submissions.workflow.transitions import StaleSubmission

MAX_SNOOZE = timedelta(days=30)
BATCH = 200
NOT_SNOOZED = {"snoozed_until": None, "snoozed_by": None}


def why_not_until(until: datetime) -> str:
    """Return why a snooze cannot last until this time; "" if it can."""
    now = clock.now()
    return "" if now < until <= now + MAX_SNOOZE else _("Enter a time within the next 30 days.")


def is_after_target(submission: Submission, until: datetime) -> bool:
    return submission.target_at is not None and until > submission.target_at


def lasts_past_target(submission: Submission) -> bool:
    return submission.snoozed_until is not None and is_after_target(submission, submission.snoozed_until)


def snooze(submission: Submission, until: datetime, reason: str, *, by: Actor, accepts_overdue: bool = False) -> None:
    """Snooze it and end this person's claim. The reason is a note; an unassigned submission is assigned to them.

    `accepts_overdue`: this person has seen the warning that the snooze lasts longer than the review target.

    Raises:
        NotAllowed: they may not decide it, or the time is not allowed.
        StaleSubmission: somebody else has the claim, or it is not in review any more. Nothing is written.
    """
    assert by.user is not None
    check_can(by.user, submission, "claim")
    if why := why_not_until(until):
        raise NotAllowed(why)
    is_late = is_after_target(submission, until)
    if is_late and not accepts_overdue:
        raise NotAllowed(_("The submission is due before this time."))
    columns: dict[str, Any] = {"claimed_by": None, "claimed_until": None, "is_reserved": False}
    columns |= {"snoozed_until": until, "snoozed_by": by.user, "assigned_to": Coalesce("assigned_to", by.user.pk)}
    row = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, escalated_at=None)
    with transaction.atomic():
        if not (row.filter(claimed_by=by.user).update(**columns) or row.unclaimed(clock.now()).update(**columns)):
            raise StaleSubmission(submission.reference)
        fields = {"until": until.isoformat(timespec="minutes"), "is_after_target": is_late}
        events.record("snoozed", by=by, submission=submission, fields=fields)
        add_note(submission, reason, by=by)
    submission.refresh_from_db()


def end(submission: Submission, *, by: Actor, why: str) -> bool:
    """Return a snoozed submission to the queue; notify the person who snoozed it unless they do it themselves.

    Return whether it was snoozed. `why`: "time", "by_hand" or "answered".
    """
    snoozed = Submission.objects.filter(pk=submission.pk, snoozed_until__isnull=False)
    if why == "time":  # it may have been snoozed again since the list of due ones was read
        snoozed = snoozed.filter(snoozed_until__lte=clock.now())
    with transaction.atomic():
        row = snoozed.select_for_update().first()
        if row is None:
            return False
        snoozed.update(**NOT_SNOOZED)
        if row.status in IN_REVIEW:
            events.record("snooze_ended", by=by, submission=submission, purpose=why)
            if recipients := _recipients(row, by):
                alerts.notify(submission, "snooze_ended", clock.now(), recipients)
    submission.snoozed_until = submission.snoozed_by = None
    return True


def _recipients(row: Submission, by: Actor) -> list[User]:
    people = User.objects.filter(pk__in=[row.snoozed_by_id, row.assigned_to_id])
    return [person for person in people if person != by.user and can(person, row, "see")]


def return_due() -> int:
    """Return each submission to the queue whose snooze is over; return how many."""
    due = Submission.objects.filter(snoozed_until__lte=clock.now()).select_related("project", "team")
    return isolated_rows.each(due.order_by("snoozed_until")[:BATCH], _return, "a snooze")


def _return(submission: Submission) -> bool:
    return end(submission, by=events.SYSTEM, why="time")
