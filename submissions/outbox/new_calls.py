"""Insert calls. `ledger` changes their state afterwards."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, task_queue
from submissions.models import Attempt, Call, CallKind, CallState, Image, Status, Submission
from submissions.outbox.try_counter import count_start
from submissions.workflow.deadlines import RESULT_LIMIT
from submissions.workflow.transitions import StaleSubmission, move

log = logging.getLogger(__name__)

BY_HAND = "by_hand"  # how a call is settled that a person made at the vendor's dashboard
LIMITED = (CallKind.STEP1, CallKind.STEP2, CallKind.ACCOUNT)  # calls under the vendor's 24-hour limit


def prepare(
    submission: Submission,
    kind: CallKind,
    to: Status | None,
    *,
    by: Actor,
    values: Mapping[str, str],
    images: Iterable[Image] = (),
    image_field: str = "",
    delay: timedelta = timedelta(0),
    **columns: Any,
) -> Call:
    """Write the attempt, the call and the move in one transaction; `to` is None when the status stays.

    `image_field`: ARGOS's name for the images, where it is not the one of their kind.

    Raises:
        StaleSubmission: the submission moved in the meantime, or another call is open. Nothing is written.
    """
    now = clock.now()
    try:
        with transaction.atomic():
            if submission.has_open_call:
                raise StaleSubmission(submission.reference)
            seen = Status(submission.status)
            if to is not None:
                move(submission, to, by=by, fields={"call": kind}, **columns)
            named = [(image, image_field or image.vendor_field) for image in images]
            attempt = _write_attempt(submission, kind, by, values, named)
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
    except IntegrityError as error:  # of two simultaneous presses, the second violates the unique constraint
        raise StaleSubmission(submission.reference) from error
    log.info("call %s prepared", call.pk, extra={"operation": call.kind})
    return call


def _write_attempt(
    submission: Submission, kind: CallKind, by: Actor, values: Mapping[str, str], images: Iterable[tuple[Image, str]]
) -> Attempt:
    attempt = Attempt(
        submission=submission,
        kind=kind,
        number=submission.attempts.filter(kind=kind).count() + 1,
        images=[{"id": str(image.pk), "field": field, "sha256": image.sha256} for image, field in images],
        confirmed_by=by.user,
    )
    attempt.values = dict(values)
    attempt.save(force_insert=True)
    return attempt


def insert_done_by_hand(submission: Submission, kind: CallKind, *, by: Actor) -> Call:
    """Insert a closed call for what a person did at the vendor's dashboard, because the portal cannot call it."""
    now = clock.now()
    call = Call(
        submission=submission,
        attempt=_write_attempt(submission, kind, by, {}, ()),
        kind=kind,
        state=CallState.SETTLED,
        settled_as=BY_HAND,
        error=BY_HAND,
        returns_to=submission.status,
        not_before=now,
        urgency_at=now,
        prepared_by=by.user,
        ended_at=now,
    )
    call.save(force_insert=True)
    return call


def insert_recovered(submission: Submission, kind: CallKind, *, as_: CallState, userid: str = "") -> Call:
    """Insert a call that the vendor has and a restored database lost; its attempt holds no values."""
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
