"""The states of a call and the only code that writes them; each a guarded UPDATE on the state that was seen.

prepared -> sent -> answered | refused
    |         \\--> unknown -> settled
    \\--> cancelled

A call settled as never arrived whose reply comes after all is opened again, or put right where the submission has
moved on.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows, task_queue
from submissions.models import Attempt, Call, CallKind, CallState, Decision, Image, Status, Submission, Switch
from submissions.outbox import (
    backoff,
    evidence,
    gate,
    metrics,
    rate_budget,
    restore_hold,
    restore_watermark,
    vendor_client,
)
from submissions.outbox.try_counter import count_start, uncount_start
from submissions.workflow.deadlines import RESULT_LIMIT
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission, move

log = logging.getLogger(__name__)

LEASE_SLACK = timedelta(seconds=30)
FIRST_READ_AFTER = timedelta(seconds=5)
STEP1_GIVES_UP_AFTER = 6
LIMITED = (CallKind.STEP1, CallKind.STEP2, CallKind.ACCOUNT)  # calls that the 24-hour limit concerns
# The status a submission has while such a call is open. An account check and a deletion leave it where it is.
MOVED_BY = {
    CallKind.STEP1: Status.STEP1_SENDING,
    CallKind.STEP2: Status.STEP2_SENDING,
    CallKind.REVIEW: Status.DECISION_SENDING,
}


def prepare(
    submission: Submission,
    kind: CallKind,
    to: Status | None,
    *,
    by: Actor,
    values: Mapping[str, str],
    images: Iterable[Image] = (),
    delay: timedelta = timedelta(0),
    **columns: Any,
) -> Call:
    """Write the attempt, the call and the move in one transaction; `to` is None when the status stays.

    Raises:
        StaleSubmission: the submission moved meanwhile, or another call is open. Nothing is written.
    """
    now = clock.now()
    try:
        with transaction.atomic():
            if submission.has_open_call:
                raise StaleSubmission(submission.reference)
            seen = Status(submission.status)
            if to is not None:
                move(submission, to, by=by, fields={"call": kind}, **columns)
            attempt = _write_attempt(submission, kind, by, values, images)
            call = Call(
                submission=submission,
                attempt=attempt,
                kind=kind,
                returns_to=seen,
                userid=values.get("userid", ""),
                not_before=now + delay,
                latest_start=submission.step2_at_the_latest if kind in LIMITED else None,
                urgency_at=submission.deadline_at or now + RESULT_LIMIT,
                prepared_at=now,
                prepared_by=by.user,
            )
            call.save(force_insert=True)
            task_queue.after_commit(task_queue.SEND)
    except IntegrityError as error:  # of two presses at once the second meets the first one's open call
        raise StaleSubmission(submission.reference) from error
    log.info("call %s prepared", call.pk, extra={"operation": call.kind})
    return call


def _write_attempt(
    submission: Submission, kind: CallKind, by: Actor, values: Mapping[str, str], images: Iterable[Image]
) -> Attempt:
    attempt = Attempt(
        submission=submission,
        kind=kind,
        number=submission.attempts.filter(kind=kind).count() + 1,
        images=[{"id": str(image.pk), "field": image.vendor_field, "sha256": image.sha256} for image in images],
        confirmed_by=by.user,
    )
    attempt.values = dict(values)
    attempt.save(force_insert=True)
    return attempt


def take_lease(
    moment: datetime | None = None, admit: Callable[[uuid.UUID], bool] = lambda project: True
) -> Call | None:
    """Take the most urgent prepared call that may be sent now; None when there is none. Any number of workers may.

    Args:
        admit: whether a call of this project may be sent now. The calls of one that may not are passed over, however
            many they are, and so are those for which the project's budget has no room.
    """
    if not gate.is_open():
        return None
    now = moment or clock.now()
    full: list[gate.Kind] = []
    taken: list[uuid.UUID] = []
    while True:
        with transaction.atomic():
            call = _most_urgent(now, full, taken)
            if call is None:
                return None
            project = call.submission.project
            if not (admit(project.pk) and vendor_client.budget_of(project).has_room(rate_budget.SHARES[call.kind])):
                full.append((project.pk, call.kind))
                continue
            switch = _take(call, now)
        if switch is None:
            taken.append(call.pk)
        else:
            return call if _is_kept(call, switch) else None


def _most_urgent(now: datetime, full: list[gate.Kind], taken: list[uuid.UUID]) -> Call | None:
    """The row is this transaction's until it ends."""
    call = gate.most_urgent(now, full, taken)
    if call is not None:
        call.attempt.submission = call.submission  # one row, and one data key to be read
    return call


def _take(call: Call, now: datetime) -> Switch | None:
    """prepared -> sent, with a lease, and the ledger's tick goes up with it.

    None when somebody else has it, or when it is a selfie for which no try is left: then it is cancelled.
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
        # This row's own columns only: with a join the guard becomes a subquery, which PostgreSQL does not look at again
        # after it has waited for another worker's UPDATE, and two workers would send one call.
        prepared = Call.objects.prepared_and_due(now).filter(pk=call.pk)
        if not _write(call, prepared, columns):
            return None
        if count_start(call):
            return restore_hold.note_departure()
        # Counted since it was pressed: a try that was given up had arrived after all.
        end(call, CallState.CANCELLED, error="no_try_left")
        return_to_before(call, by=SYSTEM, why="no_try_left")
        return None


def _is_kept(call: Call, switch: Switch) -> bool:
    """The tick's copy is written once the tick is committed, and before the call may leave."""
    try:
        restore_watermark.write(switch.epoch, switch.tick)
    except restore_watermark.WatermarkNotWritten:
        requeue(call, error="no_copy", counts=False)
        return False
    return True


def holds_lease(call: Call) -> bool:
    """Asked right before it leaves: a worker that stood still until its lease ran out sends nothing."""
    assert call.lease is not None
    leaves_by = clock.now() + LEASE_SLACK / 2
    return Call.objects.filter(pk=call.pk, state=CallState.SENT, lease=call.lease, lease_until__gt=leaves_by).exists()


def end(call: Call, state: CallState, **columns: Any) -> bool:
    """Close a call that this worker sent. False when its lease ran out and somebody settled it meanwhile."""
    columns |= {"state": state, "ended_at": clock.now()}
    mine = Call.objects.filter(pk=call.pk, lease=call.lease, state__in=(CallState.SENT, CallState.UNKNOWN))
    return _write(call, mine, columns)


def requeue(call: Call, *, error: str, retry_after: timedelta | None = None, counts: bool = True) -> bool:
    """It never reached the vendor: prepared again, later, with backoff and jitter. `counts`: the vendor was tried."""
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
        if call.kind == CallKind.STEP1 and call.undelivered >= STEP1_GIVES_UP_AFTER:
            cancel_prepared(call.submission, (CallKind.STEP1,), by=SYSTEM, why="not_delivered")
    return True


def refuse(call: Call, *, error: str, code: str, http_status: int | None, reply: dict[str, Any]) -> bool:
    """The vendor said no without processing it: closed, and the submission is where it was before the press."""
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
    """What the vendor would not take it may have seen otherwise than we do."""
    if submission.vendor_id:
        Submission.objects.filter(pk=submission.pk).update(next_read_at=clock.now())


@transaction.atomic
def mark_unknown(
    call: Call, *, error: str, http_status: int | None = None, reply: dict[str, Any] | None = None
) -> bool:
    """Nobody knows whether the vendor got it: it stays open, cannot be pressed again and is settled by reading back."""
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
    fields = {"call": call.kind, "error": error}
    events.record("call_unknown", by=SYSTEM, submission=call.submission, fields=fields)
    return True


@transaction.atomic
def settle(call: Call, as_: str, *, by: Actor = SYSTEM, reason: str = "") -> None:
    """Close an unknown call: `adopted` (the vendor has it), `never_arrived`, or `not_known` (nothing can tell).

    Raises:
        StaleSubmission: it was settled or answered meanwhile.
    """
    columns = {"state": CallState.SETTLED, "settled_as": as_, "ended_at": clock.now(), "next_read_at": None}
    unknown = Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN)
    if not _write(call, unknown, columns):
        raise StaleSubmission(call.submission.reference)
    if as_ in ("never_arrived", "not_known"):
        uncount_start(call)
    fields = {"call": call.kind, "as": as_}
    events.record("call_settled", by=by, submission=call.submission, reason=reason, fields=fields)


def cancel_prepared(submission: Submission, kinds: Iterable[CallKind], *, by: Actor, why: str) -> Call:
    """Take back a call of these kinds that has not left. The submission is where it was before the press.

    Raises:
        StaleSubmission: it left meanwhile, or there is none of these kinds.
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
    """This worker claimed it and then did not start it (too late, or its images cannot be read)."""
    with transaction.atomic():
        if end(call, CallState.CANCELLED, error=error):
            uncount_start(call)
            return_to_before(call, by=SYSTEM, why=error)


def return_to_before(call: Call, *, by: Actor, why: str, notice: str | None = None) -> None:
    """The submission is where it was before the press, with a notice why (or another); a withdrawn verdict is none."""
    if call.kind == CallKind.REVIEW:
        Decision.objects.filter(call=call, withdrawn_at=None).update(withdrawn_at=clock.now(), withdrawn_why=why)
    if MOVED_BY.get(CallKind(call.kind)) == call.submission.status:
        fields = {"call": call.kind, "why": why}
        move(call.submission, Status(call.returns_to), by=by, fields=fields, notice=why if notice is None else notice)


def reopen(call: Call) -> bool:
    """The reply of a worker whose call was settled as never arrived: as if it had not been, if nobody acted since.

    False when somebody has: then the record is put right (`correct`) and the vendor is asked.
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
    """It had arrived after all: the try counts, and the record says so."""
    settled = Call.objects.filter(pk=call.pk, state=CallState.SETTLED, settled_as="never_arrived")
    with transaction.atomic():
        if not _write(call, settled, {"settled_as": "adopted"}):
            return False
        count_start(call, call.sent_at)
        _read_soon(call.submission)
        events.record("call_corrected", by=SYSTEM, submission=call.submission, fields={"call": call.kind})
    return True


def insert_found(submission: Submission, kind: CallKind, *, as_: CallState, userid: str = "") -> Call:
    """A call that the vendor has and we no longer do (a restored database lost it): its attempt holds no values."""
    now = clock.now()
    settled = as_ == CallState.SETTLED
    call = Call(
        submission=submission,
        attempt=_write_attempt(submission, kind, SYSTEM, {}, ()),
        kind=kind,
        state=as_,
        returns_to=submission.status,
        userid=userid,
        not_before=now,
        urgency_at=now,
        sent_at=now,
        ended_at=now if settled else None,
        settled_as="found" if settled else "",
        next_read_at=None if settled else now,
        known_before={},
        error="found_at_vendor",
    )
    call.save(force_insert=True)
    count_start(call)
    events.record("call_found", by=SYSTEM, submission=submission, fields={"call": kind})
    return call


def doubt_restored(call: Call) -> bool:
    """What a restored database holds as prepared or sent may have left since."""
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
    """A worker died holding these: whether they left nobody knows."""
    lapsed = list(Call.objects.lease_ran_out(clock.now()).select_related("submission__project"))
    return isolated_rows.each(lapsed, lambda call: mark_unknown(call, error="lease_ran_out"), "a lapsed call")


def _write(call: Call, rows: "QuerySet[Call]", columns: dict[str, Any]) -> bool:
    """Write the columns where the guard holds; False where it does not."""
    if not rows.update(**columns):
        return False
    for column, value in columns.items():
        setattr(call, column, value)
    metrics.count_call(call.kind, columns)
    return True
