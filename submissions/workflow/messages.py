"""Write outgoing messages in the transaction of the change that they report; `submissions/deliveries/` sends them.

The facts are those of the moment of the change. Personal data is not among them: the delivery adds it, if the endpoint
has that scope, and stores none.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from submissions.core import clock, isolated_rows, task_queue
from submissions.models import Delivery, Endpoint, Message, MessageKind, Status, Submission
from submissions.models.submission import DECIDED, IN_REVIEW

BATCH = 200
REPORTED_WITHIN = timedelta(days=1)
# A return to review is no new one: the reviewer undid the decision, or ARGOS did not receive it.
RETURNING = (Status.SECOND_REVIEW, Status.DECISION_SENDING)


def announce_move(submission: Submission, seen: Status, to: Status) -> None:
    """Announce a status that receivers know; the transition calls it in its transaction."""
    kind = _kind_of(submission, seen, to)
    if kind is not None:
        announce(submission, kind)


def _kind_of(submission: Submission, seen: Status, to: Status) -> MessageKind | None:
    if seen == Status.DRAFT and to != Status.ABANDONED:
        return MessageKind.STARTED if submission.moves == 1 else None  # a draft that returned was announced before
    if to in DECIDED:
        return MessageKind.DECIDED
    if to == Status.PENDING and seen not in RETURNING:
        return MessageKind.PENDING
    return {Status.OVERDUE: MessageKind.OVERDUE, Status.ABANDONED: MessageKind.ABANDONED}.get(to)


def announce(submission: Submission, kind: MessageKind, **facts: Any) -> None:
    """Write one message and a delivery for each endpoint that selected its kind. Without an endpoint: one query.

    The caller holds the row lock of the submission, so that the numbers of its deliveries are in the order of changes.
    """
    rows = Endpoint.objects.of_project(submission.project_id).order_by().values_list("pk", "kinds")
    endpoints = [pk for pk, kinds in rows if kind in kinds]
    if not endpoints:
        return
    message = Message.objects.create(submission=submission, kind=kind, facts={**_facts(submission), **facts})
    deliver(message, endpoints)


def announce_alert(submission: Submission, alert: str) -> None:
    """Announce an alert to staff, except one about AML: AML_CHANGED reports it to the endpoints that selected it."""
    if not alert.startswith("aml"):
        announce(submission, MessageKind.ALERT, alert=alert)


def deliver(message: Message, endpoints: list[Any]) -> None:
    """Write the deliveries of a message, and wake a worker after the commit."""
    rows = [Delivery(message=message, endpoint_id=pk, submission_id=message.submission_id) for pk in endpoints]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    task_queue.after_commit(task_queue.DELIVER)


def announce_overdue(batch: int = BATCH) -> int:
    """Announce each submission in review whose due date has passed, once; return how many."""
    wanted = Endpoint.objects.filter(disabled_by=None).values_list("kinds", flat=True)
    if not any(MessageKind.OVERDUE in kinds for kinds in wanted):
        return 0
    now = clock.now()
    told = Message.objects.filter(
        submission=OuterRef("pk"), kind=MessageKind.OVERDUE, created_at__gte=OuterRef("target_at")
    )
    rows = Submission.objects.awaiting_review().filter(target_at__lt=now, target_at__gt=now - REPORTED_WITHIN)
    rows = rows.filter(~Exists(told)).order_by("target_at")[:batch]
    return isolated_rows.each(rows, _announce_overdue, "an overdue submission")


def _announce_overdue(row: Submission) -> bool:
    with transaction.atomic():
        submission = Submission.objects.select_for_update().filter(pk=row.pk, status__in=IN_REVIEW).first()
        if submission is None or submission.target_at != row.target_at:
            return False
        announce(submission, MessageKind.OVERDUE)
    return True


def _facts(submission: Submission) -> dict[str, Any]:
    return {
        "reference": submission.reference,
        "submission_id": str(submission.pk),
        "project_id": str(submission.project_id),
        "status": str(submission.status),
        "decided_through": str(submission.source) or None,
        "reason_code": submission.reason_code or next(iter(submission.vendor_codes), None),
        "face_similarity": submission.face_similarity,
        "liveness": submission.liveness,
        "created_at": moment(submission.created_at),
        "started_at": moment(submission.step1_started_at),
        "pending_at": moment(submission.pending_at),
        "due_at": moment(submission.next_due_at),
        "decided_at": moment(submission.decided_at),
    }


def moment(value: datetime | None) -> str | None:
    """Return the time in UTC as in the messages: 2026-11-30T09:41:05Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
