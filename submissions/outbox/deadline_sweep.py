"""What beat does when a clock runs out. Cost follows what is due, not what exists."""

import logging

from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import CallState, Status, Submission, Switch
from submissions.models.call import CAPTURED
from submissions.outbox import evidence, ledger, metrics
from submissions.workflow.deadlines import MANAGER_TOLD_AFTER
from submissions.workflow.transitions import StaleSubmission, move

log = logging.getLogger(__name__)

BATCH = 500


def sweep_deadlines(batch: int = BATCH) -> int:
    """Close or lock what ran out; returns how many. One whose call's end is not known waits for its settling.

    A restored database closes nothing: what it lacks may have been sent in time.
    """
    if Switch.read().on_hold_since is not None:
        return 0
    moment = clock.now() + clock.MAX_DRIFT
    due = Submission.objects.due_before(moment).exclude(pk__in=evidence.submissions_in_doubt())
    rows = due.select_related("project").order_by("deadline_at")[:batch]
    return sum(_run_out(submission) for submission in rows)


def _run_out(submission: Submission) -> bool:
    if submission.deadline_at is None or clock.vendor_now(submission.project) < submission.deadline_at:
        return False
    try:
        call = submission.open_call
        if call is not None and call.state == CallState.PREPARED:
            ledger.cancel_prepared(submission, CAPTURED, by=SYSTEM, why="deadline")
        _close(submission)
    except StaleSubmission:
        return False
    except Exception:
        log.exception("the deadline of %s could not be kept", submission.reference)
        return False
    return True


def _close(submission: Submission) -> None:
    """Overdue when a try was processed (the vendor will reject it), else abandoned: nothing was ever tried."""
    now = clock.now()
    if submission.status == Status.INCOMPLETE:
        move(submission, Status.OVERDUE, by=SYSTEM, next_read_at=now, next_alert_at=now + MANAGER_TOLD_AFTER)
        metrics.count_miss("overdue")
    elif submission.status != Status.DRAFT:
        move(submission, Status.ABANDONED, by=SYSTEM, decided_at=now, next_alert_at=None, callback_at=None)
        metrics.count_miss("abandoned")
