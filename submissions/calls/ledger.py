"""The states of a call and the only code that writes them; each a guarded UPDATE on the state that was seen.

prepared -> sent -> answered | refused
    |         \\--> unknown -> settled
    \\--> cancelled
"""

import random
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from submissions import clock, events, wake
from submissions.calls import gate
from submissions.deadlines import RESULT_LIMIT
from submissions.events import SYSTEM, Actor
from submissions.models import Attempt, Call, CallKind, CallState, Decision, Image, Status, Submission
from submissions.transitions import StaleSubmission, move

LEASE_SLACK = timedelta(seconds=30)
FIRST_READ_AFTER = timedelta(seconds=5)
BACKOFF_SECONDS = (2, 5, 15, 30, 60, 120)
STEP1_GIVES_UP_AFTER = 6


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
            latest_start=submission.step2_at_the_latest if kind == CallKind.STEP2 else _step1_latest(submission, kind),
            urgency_at=submission.deadline_at or now + RESULT_LIMIT,
            prepared_at=now,
            prepared_by=by.user,
        )
        call.save(force_insert=True)
        wake.after_commit(wake.SEND)
    return call


def _step1_latest(submission: Submission, kind: CallKind) -> datetime | None:
    return submission.step2_at_the_latest if kind in (CallKind.STEP1, CallKind.ACCOUNT) else None


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


def claim(moment: datetime | None = None) -> Call | None:
    """Take the most urgent prepared call that may be sent now; None when there is none. Any number of workers may."""
    if not gate.is_open():
        return None
    now = moment or clock.now()
    for call in Call.objects.claimable(now).select_related("submission__project", "attempt")[:20]:
        if gate.may_start(call) and _take(call, now):
            return call
    return None


def _take(call: Call, now: datetime) -> bool:
    lease, until = uuid.uuid4(), now + call.submission.project.longest_call + LEASE_SLACK
    with transaction.atomic():
        taken = Call.objects.filter(pk=call.pk, state=CallState.PREPARED).update(
            state=CallState.SENT,
            lease=lease,
            lease_until=until,
            sent_at=now,
            known_before=_known(call.submission),
            urgency_at=call.urgency_at,
        )
        if not taken:
            return False
        _count_start(call, now)
    call.state, call.lease, call.lease_until, call.sent_at = CallState.SENT, lease, until, now
    return True


def _known(submission: Submission) -> dict[str, Any]:
    return {"attempts": submission.vendor_attempts, "count": submission.vendor_count}


def _count_start(call: Call, now: datetime) -> None:
    """Count the try and start the clock before the call leaves: whatever crashes now, neither is forgotten."""
    row = Submission.objects.filter(pk=call.submission_id)
    if call.kind == CallKind.STEP2:
        row.update(selfies_sent=F("selfies_sent") + 1)
    if call.kind == CallKind.STEP1 and call.submission.step1_started_at is None:
        started = clock.vendor_now(call.submission.project)
        row.filter(step1_started_at=None).update(step1_started_at=started, deadline_at=started + RESULT_LIMIT)
    call.submission.refresh_from_db(fields=["selfies_sent", "step1_started_at", "deadline_at"])


def _uncount_start(call: Call) -> None:
    """It provably never arrived, or the vendor refused it unprocessed: no try spent, no clock started by it."""
    row = Submission.objects.filter(pk=call.submission_id)
    if call.kind == CallKind.STEP2:
        row.update(selfies_sent=F("selfies_sent") - 1)
    if call.kind == CallKind.STEP1 and not call.submission.vendor_id and not _other_may_have_arrived(call):
        row.update(step1_started_at=None, deadline_at=None)
    call.submission.refresh_from_db(fields=["selfies_sent", "step1_started_at", "deadline_at"])


def _other_may_have_arrived(call: Call) -> bool:
    others = call.submission.calls.filter(kind=CallKind.STEP1).exclude(pk=call.pk)
    return others.filter(state=CallState.ANSWERED).exists()


def end(call: Call, state: CallState, **columns: Any) -> bool:
    """Close a call that this worker sent. False when its lease ran out and somebody settled it meanwhile."""
    columns |= {"state": state, "ended_at": clock.now()}
    mine = Call.objects.filter(pk=call.pk, lease=call.lease, state__in=(CallState.SENT, CallState.UNKNOWN))
    return _write(call, mine, columns)


def give_back(call: Call, *, error: str, retry_after: timedelta | None = None) -> bool:
    """It never reached the vendor: prepared again, later. Raised backoff, with jitter."""
    wait = retry_after or timedelta(seconds=_backoff(call.undelivered))
    now = clock.now()
    columns: dict[str, Any] = {
        "state": CallState.PREPARED,
        "not_before": now + wait,
        "undelivered": call.undelivered + 1,
        "error": error,
        "lease": None,
        "lease_until": None,
        "sent_at": None,
    }
    with transaction.atomic():
        mine = Call.objects.filter(pk=call.pk, lease=call.lease, state=CallState.SENT)
        if not _write(call, mine, columns):
            return False
        _uncount_start(call)
        if call.kind == CallKind.STEP1 and call.undelivered >= STEP1_GIVES_UP_AFTER:
            cancel_prepared(call.submission, by=SYSTEM, why="not_delivered")
    return True


def _backoff(times: int) -> float:
    seconds = BACKOFF_SECONDS[min(times, len(BACKOFF_SECONDS) - 1)]
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 (jitter, not a secret)


def refuse(call: Call, *, error: str, code: str, http_status: int | None, reply: dict[str, Any]) -> bool:
    """The vendor said no without processing it: closed, and the submission is where it was before the press."""
    with transaction.atomic():
        call.reply = reply
        columns = {"error": error, "error_code": code[:120], "http_status": http_status}
        if not end(call, CallState.REFUSED, reply_sealed=call.reply_sealed, **columns):
            return False
        _uncount_start(call)
        return_to_before(call, by=events.VENDOR, why=error)
        if call.kind == CallKind.REVIEW:  # it may be decided there already: the poller reads the record at once
            Submission.objects.filter(pk=call.submission_id).update(next_read_at=clock.now())
    return True


def doubt(call: Call, *, error: str, http_status: int | None = None, reply: dict[str, Any] | None = None) -> bool:
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


def settle(call: Call, as_: str, *, by: Actor = SYSTEM, reason: str = "") -> None:
    """Close an unknown call: `adopted` (the vendor has it) or `never_arrived`.

    Raises:
        StaleSubmission: it was settled or answered meanwhile.
    """
    columns = {"state": CallState.SETTLED, "settled_as": as_, "ended_at": clock.now(), "next_read_at": None}
    unknown = Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN)
    if not _write(call, unknown, columns):
        raise StaleSubmission(call.submission.reference)
    if as_ == "never_arrived":
        _uncount_start(call)
    fields = {"call": call.kind, "as": as_}
    events.record("call_settled", by=by, submission=call.submission, reason=reason, fields=fields)


def cancel_prepared(submission: Submission, *, by: Actor, why: str) -> Call:
    """Take back a call that has not left: undo, deadline, stop. The submission is where it was before the press.

    Raises:
        StaleSubmission: it left meanwhile, or there is none.
    """
    with transaction.atomic():
        call = submission.calls.filter(state=CallState.PREPARED).first()
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
            _uncount_start(call)
            return_to_before(call, by=SYSTEM, why=error)


def return_to_before(call: Call, *, by: Actor, why: str) -> None:
    """The submission is where it was before the press, with a notice why; a withdrawn verdict counts no more."""
    if call.kind == CallKind.REVIEW:
        Decision.objects.filter(call=call, withdrawn_at=None).update(withdrawn_at=clock.now(), withdrawn_why=why)
    if call.returns_to != call.submission.status:
        fields = {"call": call.kind, "why": why}
        move(call.submission, Status(call.returns_to), by=by, fields=fields, notice=why)


def lapse_leases() -> int:
    """A worker died holding these: whether they left nobody knows."""
    lapsed = list(Call.objects.lease_ran_out(clock.now()).select_related("submission__project"))
    return sum(doubt(call, error="lease_ran_out") for call in lapsed)


def submissions_in_doubt() -> "QuerySet[Call, Any]":
    """Ids of submissions with a call that left and has not ended: the deadline waits for its settling."""
    rows: QuerySet[Call, Any] = Call.objects.filter(state__in=(CallState.SENT, CallState.UNKNOWN))
    return rows.values("submission_id")


def _write(call: Call, rows: "QuerySet[Call]", columns: dict[str, Any]) -> bool:
    if not rows.update(**columns):
        return False
    for column, value in columns.items():
        setattr(call, column, value)
    return True
