"""Change the state of calls. No other code does; each change is a guarded UPDATE on the state that was read.

prepared -> sent -> answered | refused
    |         \\--> unknown -> settled
    \\--> cancelled

A call settled as never arrived is reopened when its reply comes late, or corrected if the submission moved since then.
`new_calls` inserts the rows.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows
from submissions.models import Call, CallKind, CallState, Decision, Status, Submission
from submissions.outbox import backoff, evidence, gate, metrics, restore_hold, restore_watermark, vendor_client
from submissions.outbox.try_counter import count_start, uncount_start
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission, move

LEASE_SLACK = timedelta(seconds=30)
FIRST_READ_AFTER = timedelta(seconds=5)
GIVES_UP_AFTER = 6  # a first step, or a removal, which would block the draft
# The status of a submission while a call of this kind is open. Account checks and deletions do not change it.
MOVED_BY = {
    CallKind.STEP1: Status.STEP1_SENDING,
    CallKind.STEP2: Status.STEP2_SENDING,
    CallKind.REVIEW: Status.DECISION_SENDING,
}


def take_lease(
    moment: datetime | None = None, admit: Callable[[uuid.UUID], bool] = lambda project: True
) -> Call | None:
    """Take the most urgent prepared call that may be sent now; None when there is none. Workers may run in parallel.

    Args:
        admit: whether a call of this project may be sent now. Calls of other projects are skipped, and so are calls
            for which the project's budget has no room.
    """
    if not gate.is_open():
        return None
    now = moment or clock.now()
    full: list[gate.Kind] = []
    taken: list[uuid.UUID] = []
    while True:
        with transaction.atomic():
            call = gate.most_urgent(now, full, taken)
            if call is None:
                return None
            project = call.submission.project
            if not (admit(project.pk) and vendor_client.has_budget(project, CallKind(call.kind))):
                full.append((project.pk, call.kind))
                continue
            is_taken = _take(call, now)
        if is_taken:
            return call if _is_noted(call) else None
        taken.append(call.pk)


def _take(call: Call, now: datetime) -> bool:
    """Move the call from prepared to sent with a lease.

    False when another worker took the call, or when it is a selfie without a try left: then the call is cancelled.
    """
    lease, until = uuid.uuid4(), now + call.submission.project.longest_call + LEASE_SLACK
    columns = {
        "state": CallState.SENT,
        "lease": lease,
        "lease_until": until,
        "sent_at": now,
        "known_before": evidence.known_before(call),
    }
    with transaction.atomic(savepoint=False):
        # Filter on this row's own columns only. A join would turn the guard into a subquery, which PostgreSQL does not
        # evaluate again after waiting for another worker's UPDATE: two workers would send one call.
        prepared = Call.objects.prepared_and_due(now).filter(pk=call.pk)
        if not _write(call, prepared, columns):
            return False
        if count_start(call):
            return True
        # No try is left: a try settled as never arrived was counted again after this call was prepared.
        end(call, CallState.CANCELLED, error="no_try_left")
        return_to_before(call, by=SYSTEM, why="no_try_left")
        return False


def _is_noted(call: Call) -> bool:
    """Increment the ledger's tick and copy it, before the call is sent; requeue the call if no copy can be written."""
    try:
        restore_hold.note_departure()
    except restore_watermark.WatermarkNotWritten:
        requeue(call, error="no_copy", counts=False)
        return False
    return True


def holds_lease(call: Call) -> bool:
    """Whether the worker may still send. Checked last, so that a worker paused beyond its lease sends nothing."""
    assert call.lease is not None
    leaves_by = clock.now() + LEASE_SLACK / 2
    return Call.objects.filter(pk=call.pk, state=CallState.SENT, lease=call.lease, lease_until__gt=leaves_by).exists()


def end(call: Call, state: CallState, **columns: Any) -> bool:
    """Close a call that this worker sent. False when its lease ran out and it was settled in the meantime."""
    columns |= {"state": state, "ended_at": clock.now()}
    mine = Call.objects.filter(pk=call.pk, lease=call.lease, state__in=(CallState.SENT, CallState.UNKNOWN))
    return _write(call, mine, columns)


def requeue(call: Call, *, error: str, retry_after: timedelta | None = None, counts: bool = True) -> bool:
    """Prepare a call again that never reached the vendor, with backoff and jitter.

    Args:
        counts: whether this counts as an undelivered attempt.
    """
    wait = retry_after or backoff.backoff(call)
    columns: dict[str, Any] = {
        "state": CallState.PREPARED,
        "not_before": clock.now() + backoff.within_bounds(call, wait),
        "undelivered": call.undelivered + (1 if counts else 0),
        "error": error,
        "lease": None,
        "lease_until": None,
        "sent_at": None,
    }
    with transaction.atomic():
        mine = Call.objects.filter(pk=call.pk, lease=call.lease, state=CallState.SENT)
        if not _write(call, mine, columns):
            return False
        uncount_start(call)
        if call.kind in (CallKind.STEP1, CallKind.UNTOKEN) and call.undelivered >= GIVES_UP_AFTER:
            cancel_prepared(call.submission, (CallKind(call.kind),), by=SYSTEM, why="not_delivered")
    return True


def refuse(call: Call, *, error: str, code: str, http_status: int | None, reply: dict[str, Any]) -> bool:
    """Close a call that the vendor refused without processing, and return the submission to its earlier status."""
    with transaction.atomic():
        call.reply = reply
        columns = {"error": error, "error_code": code[:120], "http_status": http_status}
        if not end(call, CallState.REFUSED, reply_sealed=call.reply_sealed, **columns):
            return False
        uncount_start(call)
        return_to_before(call, by=events.VENDOR, why=error)
        _read_soon(call.submission)
    return True


def _read_soon(submission: Submission) -> None:
    """Read the submission soon: a refusal often means that the vendor's status differs from ours."""
    if submission.vendor_id:
        Submission.objects.filter(pk=submission.pk).update(next_read_at=clock.now())


@transaction.atomic
def mark_unknown(
    call: Call, *, error: str, http_status: int | None = None, reply: dict[str, Any] | None = None
) -> bool:
    """Mark a call whose delivery is unknown. It stays open, blocks other calls, and is settled by reading back."""
    call.reply = reply or {}
    columns = {
        "state": CallState.UNKNOWN,
        "error": error,
        "http_status": http_status,
        "reply_sealed": call.reply_sealed,
        "next_read_at": clock.now() + FIRST_READ_AFTER,
    }
    mine = Call.objects.filter(pk=call.pk, state=CallState.SENT, lease=call.lease)
    if not _write(call, mine, columns):
        return False
    events.record("call_unknown", by=SYSTEM, submission=call.submission, fields={"call": call.kind, "error": error})
    return True


@transaction.atomic
def settle(call: Call, as_: str, *, by: Actor = SYSTEM, reason: str = "") -> None:
    """Close an unknown call: `adopted` (the vendor has it), `never_arrived`, or `not_known` (nothing can tell).

    Raises:
        StaleSubmission: it was settled or answered in the meantime.
    """
    columns = {"state": CallState.SETTLED, "settled_as": as_, "ended_at": clock.now(), "next_read_at": None}
    if not _write(call, Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN), columns):
        raise StaleSubmission(call.submission.reference)
    if as_ in ("never_arrived", "not_known"):
        uncount_start(call)
    fields = {"call": call.kind, "as": as_}
    events.record("call_settled", by=by, submission=call.submission, reason=reason, fields=fields)


def cancel_prepared(submission: Submission, kinds: Iterable[CallKind], *, by: Actor, why: str) -> Call:
    """Cancel the submission's unsent call of these kinds and return the submission to its earlier status.

    Raises:
        StaleSubmission: the call was sent in the meantime, or there is none of these kinds.
    """
    with transaction.atomic():
        call = submission.calls.filter(state=CallState.PREPARED, kind__in=kinds).first()
        columns = {"state": CallState.CANCELLED, "ended_at": clock.now(), "error": why}
        if call is None or not _write(call, Call.objects.filter(pk=call.pk, state=CallState.PREPARED), columns):
            raise StaleSubmission(submission.reference)
        call.submission = submission
        return_to_before(call, by=by, why=why)
    return call


def cancel_sent(call: Call, *, error: str) -> None:
    """Cancel a call that this worker took and did not send (too late, or its images cannot be read)."""
    with transaction.atomic():
        if end(call, CallState.CANCELLED, error=error):
            uncount_start(call)
            return_to_before(call, by=SYSTEM, why=error)


def return_to_before(call: Call, *, by: Actor, why: str, notice: str | None = None) -> None:
    """Return the submission to its status before the call, with `why` or `notice` as its notice; withdraw a verdict."""
    if call.kind == CallKind.REVIEW:
        Decision.objects.filter(call=call, withdrawn_at=None).update(withdrawn_at=clock.now(), withdrawn_why=why)
    if MOVED_BY.get(CallKind(call.kind)) == call.submission.status:
        fields = {"call": call.kind, "why": why}
        move(call.submission, Status(call.returns_to), by=by, fields=fields, notice=why if notice is None else notice)


def reopen(call: Call) -> bool:
    """Reopen a call settled as never arrived whose reply came late, if nobody acted on the submission since.

    False when somebody did: then `correct` fixes the record and the vendor is read.
    """
    settled = Call.objects.filter(pk=call.pk, lease=call.lease, state=CallState.SETTLED, settled_as="never_arrived")
    columns = {"state": CallState.SENT, "ended_at": None, "settled_as": ""}
    try:
        with transaction.atomic():
            call.submission.refresh_from_db()
            if not _write(call, settled, columns):
                return False
            count_start(call, call.sent_at)
            if (to := MOVED_BY.get(CallKind(call.kind))) is not None:
                move(call.submission, to, by=SYSTEM, fields={"call": call.kind, "late_reply": True}, notice="")
    except (IntegrityError, StaleSubmission, MoveNotAllowed):
        correct(call)
        return False
    return True


def correct(call: Call) -> bool:
    """Record that a call settled as never arrived did arrive, and count its try."""
    settled = Call.objects.filter(pk=call.pk, state=CallState.SETTLED, settled_as="never_arrived")
    with transaction.atomic():
        if not _write(call, settled, {"settled_as": "adopted"}):
            return False
        count_start(call, call.sent_at)
        _read_soon(call.submission)
        events.record("call_corrected", by=SYSTEM, submission=call.submission, fields={"call": call.kind})
    return True


def mark_restored_unknown(call: Call) -> bool:
    """Mark a call unknown that a restored database has as prepared or sent: it may have left after the backup."""
    seen = CallState(call.state)
    columns = {
        "state": CallState.UNKNOWN,
        "error": evidence.RESTORED,
        "sent_at": call.sent_at or call.prepared_at,
        "known_before": call.known_before or evidence.known_before(call),
        "next_read_at": clock.now(),
    }
    with transaction.atomic():
        if not _write(call, Call.objects.filter(pk=call.pk, state=seen), columns):
            return False
        if seen == CallState.PREPARED:
            count_start(call, call.sent_at)
        fields = {"call": call.kind, "error": evidence.RESTORED}
        events.record("call_unknown", by=SYSTEM, submission=call.submission, fields=fields)
    return True


def lapse_leases() -> int:
    """Mark calls unknown whose lease ran out because their worker died."""
    lapsed = list(Call.objects.lease_ran_out(clock.now()).select_related("submission__project"))
    return isolated_rows.each(lapsed, lambda call: mark_unknown(call, error="lease_ran_out"), "a lapsed call")


def _write(call: Call, rows: "QuerySet[Call]", columns: dict[str, Any]) -> bool:
    """Write the columns of `rows`, the guarded queryset of this call; False when the guard does not match."""
    if not rows.update(**columns):
        return False
    for column, value in columns.items():
        setattr(call, column, value)
    metrics.count_call(call.kind, columns)
    return True
