"""Rules of the deadlines: 24 hours from Step 1, the 4-hour warning, the review target and the alerts before each.

The vendor's start page sets 24 hours from Step 1 once a first Step 2 was processed; another vendor page says that a
submission ID is valid for 4 hours. `submissions.outbox.deadline_sweep` closes expired submissions.
"""

from datetime import datetime, timedelta

from submissions.core import clock
from submissions.models import Project, Submission
from submissions.models.project_choices import PendingClock
from submissions.workflow.working_hours import target_after

RESULT_LIMIT = timedelta(hours=24)
FIRST_STEP2_WARNING = timedelta(hours=4)
MARGIN_WHILE_PENDING = timedelta(hours=2)
MANAGER_TOLD_AFTER = timedelta(hours=6)
ALERTS = (timedelta(hours=4), timedelta(hours=1), timedelta(minutes=15))


class DeadlinePassed(Exception):
    """It is too late for this call: it could not end before the deadline."""


def review_target(project: Project, pending_at: datetime, step1_started_at: datetime | None) -> datetime:
    """Return when a reviewer should have decided: by the project's target, or 2 h before the vendor's 24 h end."""
    ours = target_after(project, pending_at, project.review_target_hours)
    if step1_started_at is None or project.pending_clock == PendingClock.STOPS:
        return ours
    return min(ours, step1_started_at + RESULT_LIMIT - MARGIN_WHILE_PENDING)


def first_step2_limit(submission: Submission) -> datetime | None:
    """Return when the vendor's submission ID may expire for a first Step 2; None once one was processed."""
    if submission.step1_started_at is None or submission.first_step2_at is not None:
        return None
    return submission.step1_started_at + FIRST_STEP2_WARNING


def is_past_first_step2_limit(submission: Submission) -> bool:
    limit = first_step2_limit(submission)
    return limit is not None and clock.vendor_now(submission.project) > limit


def check_step2_in_time(submission: Submission) -> None:
    """Raise DeadlinePassed if a Step 2 may no longer start."""
    latest = submission.step2_at_the_latest
    if latest is None or clock.vendor_now(submission.project) > latest:
        raise DeadlinePassed(submission.reference)
    if submission.project.blocks_first_step2_after_4h and is_past_first_step2_limit(submission):
        raise DeadlinePassed(submission.reference)


def is_in_time(latest_start: datetime | None, project: Project) -> bool:
    """Return whether a call that must start by `latest_start` (None: any time) may still start."""
    return latest_start is None or clock.vendor_now(project) <= latest_start


def next_alert(due: datetime | None, after: datetime | None = None) -> datetime | None:
    """Return the time of the next alert (4 h, 1 h or 15 min before `due`); None if all have passed."""
    moment = after or clock.now()
    coming = [due - before for before in ALERTS if due and due - before > moment]
    return min(coming, default=None)
