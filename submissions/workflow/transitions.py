"""The table of moves and the only code that writes `Submission.status`.

`move()` is a guarded UPDATE (it matches only if the row has not moved since it was read) with its event and its
messages, to receivers and to the customer, in the same transaction, and the plan of the next check with an approval.
Code that decides on an outgoing call inserts the call's row in that transaction too.
"""

from typing import Any

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Status, Submission
from submissions.workflow import customer_queue, messages, next_checks

S = Status

# (from, to): the event of the move. Other moves are impossible.
MOVES: dict[tuple[Status, Status], str] = {
    (S.DRAFT, S.STEP1_SENDING): "step1_prepared",
    (S.DRAFT, S.ABANDONED): "given_up",
    (S.DRAFT, S.AT_LIVEFORM): "liveform_opened",
    (S.AT_LIVEFORM, S.DRAFT): "liveform_withdrawn",
    (S.AT_LIVEFORM, S.PENDING): "pending",
    (S.AT_LIVEFORM, S.APPROVED): "approved",
    (S.AT_LIVEFORM, S.REJECTED): "rejected",
    (S.AT_LIVEFORM, S.ABANDONED): "given_up",
    (S.STEP1_SENDING, S.CONFIRMING): "step1_read",
    (S.STEP1_SENDING, S.STEP1_RETRY): "step1_retry_wanted",
    (S.STEP1_SENDING, S.REJECTED): "rejected",
    (S.STEP1_SENDING, S.DRAFT): "step1_not_delivered",
    (S.STEP1_RETRY, S.STEP1_SENDING): "step1_prepared",
    (S.STEP1_RETRY, S.CONFIRMING): "step1_read",
    (S.STEP1_RETRY, S.ABANDONED): "closed_without_step2",
    (S.STEP1_RETRY, S.REJECTED): "rejected",
    (S.CONFIRMING, S.STEP2_SENDING): "step2_prepared",
    (S.CONFIRMING, S.STEP1_RETRY): "step1_retry_wanted",
    (S.CONFIRMING, S.INCOMPLETE): "try_not_accepted",
    (S.CONFIRMING, S.PENDING): "pending",
    (S.CONFIRMING, S.APPROVED): "approved",
    (S.CONFIRMING, S.REJECTED): "rejected",
    (S.CONFIRMING, S.ABANDONED): "closed_without_step2",
    (S.STEP2_SENDING, S.CONFIRMING): "step2_not_delivered",
    (S.STEP2_SENDING, S.INCOMPLETE): "try_not_accepted",
    (S.STEP2_SENDING, S.PENDING): "pending",
    (S.STEP2_SENDING, S.APPROVED): "approved",
    (S.STEP2_SENDING, S.REJECTED): "rejected",
    (S.STEP2_SENDING, S.OVERDUE): "deadline_passed",
    (S.STEP2_SENDING, S.ABANDONED): "closed_without_step2",
    (S.INCOMPLETE, S.STEP2_SENDING): "step2_prepared",
    (S.INCOMPLETE, S.PENDING): "pending",
    (S.INCOMPLETE, S.APPROVED): "approved",
    (S.INCOMPLETE, S.REJECTED): "rejected",
    (S.INCOMPLETE, S.OVERDUE): "deadline_passed",
    (S.PENDING, S.SECOND_REVIEW): "first_verdict",
    (S.PENDING, S.DECISION_SENDING): "decision_prepared",
    (S.PENDING, S.APPROVED): "approved",
    (S.PENDING, S.REJECTED): "rejected",
    (S.SECOND_REVIEW, S.PENDING): "first_verdict_withdrawn",
    (S.SECOND_REVIEW, S.DECISION_SENDING): "decision_prepared",
    (S.SECOND_REVIEW, S.APPROVED): "approved",
    (S.SECOND_REVIEW, S.REJECTED): "rejected",
    (S.DECISION_SENDING, S.APPROVED): "approved",
    (S.DECISION_SENDING, S.REJECTED): "rejected",
    (S.DECISION_SENDING, S.PENDING): "decision_not_sent",
    (S.DECISION_SENDING, S.SECOND_REVIEW): "decision_not_sent",
    (S.OVERDUE, S.PENDING): "pending",
    (S.OVERDUE, S.APPROVED): "approved",
    (S.OVERDUE, S.REJECTED): "rejected",
}


class StaleSubmission(Exception):
    """The submission moved since it was read; read it again before acting."""


class MoveNotAllowed(Exception):
    """A programming error: the table has no such move."""


def move(
    submission: Submission, to: Status, *, by: Actor, fields: dict[str, Any] | None = None, **columns: Any
) -> None:
    """Move `submission` from the status that was read; `columns` are written in the same UPDATE.

    Args:
        fields: further fields of the event: references and codes, no values.

    Raises:
        StaleSubmission: it has moved since it was read, even if it returned to that status. Nothing is written.
        MoveNotAllowed: the table has no such move.
    """
    seen = Status(submission.status)
    if (seen, to) not in MOVES:
        raise MoveNotAllowed(f"{seen} to {to}")
    columns |= {"status": to, "moves": submission.moves + 1, "updated_at": clock.now()}
    # The version distinguishes a status that returned (incomplete, sent, incomplete again) from one that stayed.
    as_seen = Submission.objects.filter(pk=submission.pk, status=seen, moves=submission.moves)
    with transaction.atomic(savepoint=False):
        has_moved = as_seen.update(**columns)
        if has_moved:
            for column, value in columns.items():
                setattr(submission, column, value)
            event_fields = {"from": seen, "to": to, **(fields or {})}
            events.record(MOVES[seen, to], by=by, submission=submission, fields=event_fields)
            messages.announce_move(submission, seen, to)
            customer_queue.queue_move(submission, seen, to)
            if to == Status.APPROVED:
                next_checks.plan(submission)
    if not has_moved:  # raised outside the block: nothing was written, so an outer transaction needs no rollback
        raise StaleSubmission(submission.reference)


def diagram() -> str:
    """The status diagram of docs/status.md, in Mermaid's notation, generated from the table."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {seen} --> {to}: {event}" for (seen, to), event in MOVES.items()]
    ends = sorted(set(S) - {seen for seen, _to in MOVES})
    return "\n".join([*lines, *(f"    {status} --> [*]" for status in ends)]) + "\n"
