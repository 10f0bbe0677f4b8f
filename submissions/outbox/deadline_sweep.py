"""Close or lock submissions whose deadline has passed. The cost depends on the due rows, not on the table."""

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
    """Close or lock due submissions; return how many. A submission with an unknown call waits until it is settled.

    A restored database closes nothing: calls that it lost may have been sent in time.
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
    """Move to overdue if the vendor processed a try (and will reject it), else to abandoned."""
    now = clock.now()
    if submission.status == Status.INCOMPLETE:
        move(submission, Status.OVERDUE, by=SYSTEM, next_read_at=now, next_alert_at=now + MANAGER_TOLD_AFTER)
        metrics.count_miss("overdue")
    elif submission.status != Status.DRAFT:
        move(submission, Status.ABANDONED, by=SYSTEM, decided_at=now, next_alert_at=None, callback_at=None)
        metrics.count_miss("abandoned")
