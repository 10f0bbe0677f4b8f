"""A worker that lost its call writes nothing: not the call, not the count, not the submission."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from argos.errors import (
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    Throttled,
    Undelivered,
    Unsupported,
    VendorError,
)
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Event, Project, SearchHash, Status, Submission
from submissions.models.call import CAPTURED
from submissions.outbox import ledger, new_calls
from submissions.privacy import erasure
from submissions.vendor_sync import reconcile, replies, worker
from submissions.views import status_messages
from submissions.workflow.transitions import StaleSubmission
from tests.factories import (
    account_reply,
    by,
    claim_call,
    make_at,
    received,
    reload,
    review_reply,
    step1_reply,
    step2_reply,
)

pytestmark = pytest.mark.django_db


def left(status: Status, kind: CallKind) -> Call:
    """Return a call that this worker has just claimed."""
    return claim_call(make_at(status), kind)


def stale(call: Call) -> Call:
    """Return the same call in a worker whose lease has expired and passed to another."""
    Call.objects.filter(pk=call.pk).update(lease=uuid.uuid4())
    return call


def rows(call: Call) -> tuple[Any, ...]:
    """Return everything that a late worker must not change."""
    submission = Submission.objects.filter(pk=call.submission_id)
    return (
        Call.objects.filter(pk=call.pk).values_list("state", "error", "ended_at", "undelivered").get(),
        submission.values_list("status", "selfies_sent", "moves", "deadline_at", "has_difference").get(),
        Event.objects.count(),
    )


WRITES: dict[str, Callable[[Call], object]] = {
    "give back": lambda call: ledger.requeue(call, error="undelivered"),
    "mark_unknown": lambda call: ledger.mark_unknown(call, error="cut"),
    "refuse": lambda call: ledger.refuse(call, error="refused", code="a", http_status=400, reply={}),
    "cancel": lambda call: ledger.cancel_sent(call, error="deadline"),
    "answer": lambda call: replies.step2_answered(call, step2_reply("pending")),
    "a status nobody knows": lambda call: replies.step2_answered(call, step2_reply("on_ice")),
    "reopen": ledger.reopen,
    "correct": ledger.correct,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_late_worker_changes_nothing(write: Callable[[Call], object]) -> None:
    call = stale(left(Status.STEP2_SENDING, CallKind.STEP2))
    before = rows(call)
    assert not write(call)
    assert rows(call) == before


@pytest.mark.parametrize(
    "answer",
    [
        lambda call: replies.account_answered(call, account_reply()),
        lambda call: replies.delete_answered(call, received()),
    ],
    ids=["account", "deletion"],
)
def test_late_answer_beside_a_status_changes_nothing(answer: Callable[[Call], bool]) -> None:
    submission = make_at(Status.CONFIRMING)
    values = {"submissionId": submission.vendor_id}
    new_calls.prepare(submission, CallKind.ACCOUNT, None, by=by(submission.created_by), values=values)
    call = stale(claim_call(submission, CallKind.ACCOUNT))
    before = rows(call)
    assert not answer(call)
    assert rows(call) == before


def test_reply_after_the_person_was_erased_brings_nobody_back_into_search() -> None:
    call = left(Status.STEP1_SENDING, CallKind.STEP1)
    submission = call.submission
    submission.data_key()  # it decrypted the images before the call was sent
    ledger.mark_unknown(call, error="lease_ran_out")
    reconcile.release(Call.objects.select_related("submission__project").get(pk=call.pk), by=SYSTEM)
    erasure.erase(reload(submission), by=SYSTEM, why="customer_request")
    assert not replies.step1_answered(call, step1_reply(ocr={"document_number": "M12345678"}))
    assert not SearchHash.objects.filter(submission=submission).exists()


def test_restored_call_that_moved_meanwhile_is_left_alone() -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    Call.objects.filter(pk=call.pk).update(state=CallState.UNKNOWN)
    before = rows(call)
    assert not ledger.mark_restored_unknown(call)
    assert rows(call) == before


@pytest.mark.parametrize("is_sent", [True, False])
def test_restored_call_is_doubted_and_its_try_counted_once(is_sent: bool) -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2) if is_sent else submission.calls.get(state=CallState.PREPARED)
    assert ledger.mark_restored_unknown(call)
    fresh = Call.objects.get(pk=call.pk)
    assert (fresh.state, fresh.error, fresh.sent_at is not None) == (CallState.UNKNOWN, "restored", True)
    assert reload(submission).selfies_sent == 1


def test_answers_beside_a_status_end_their_call_and_are_recorded() -> None:
    submission = make_at(Status.CONFIRMING)
    answers: tuple[tuple[CallKind, Callable[[Call], bool], str], ...] = (
        (CallKind.ACCOUNT, lambda call: replies.account_answered(call, account_reply()), "account_checked"),
        (CallKind.DELETE, lambda call: replies.delete_answered(call, received()), "deleted_at_vendor"),
    )
    for kind, answer, event in answers:
        values = {"submissionId": submission.vendor_id}
        new_calls.prepare(submission, kind, None, by=by(submission.created_by), values=values)
        call = claim_call(submission, kind)
        assert answer(call)
        assert Call.objects.get(pk=call.pk).state == CallState.ANSWERED
        assert Event.objects.filter(kind=event, submission_id=submission.pk).count() == 1


def test_settled_once() -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    ledger.mark_unknown(call, error="cut")
    ledger.settle(call, "never_arrived")
    with pytest.raises(StaleSubmission):
        ledger.settle(call, "adopted")
    assert Call.objects.get(pk=call.pk).settled_as == "never_arrived"


def test_nothing_prepared_is_nothing_to_cancel() -> None:
    with pytest.raises(StaleSubmission):
        ledger.cancel_prepared(make_at(Status.CONFIRMING), CAPTURED, by=SYSTEM, why="taken_back")


def test_prepared_call_of_another_kind_is_not_cancelled() -> None:
    submission = make_at(Status.STEP2_SENDING)
    with pytest.raises(StaleSubmission):
        ledger.cancel_prepared(submission, (CallKind.STEP1, CallKind.REVIEW), by=SYSTEM, why="undone")
    assert reload(submission).open_call.state == CallState.PREPARED


def test_late_step1_of_another_record_is_shown_as_a_difference() -> None:
    call = stale(left(Status.STEP1_SENDING, CallKind.STEP1))
    assert not replies.step1_answered(call, step1_reply(submission_id="vendor-second"))
    shown = call.submission.differences.get()
    assert (shown.kind, shown.vendor_id, shown.userid) == ("second_record", "vendor-second", call.userid)


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        (Throttled("too many"), CallState.PREPARED, "throttled"),
        (Undelivered("refused"), CallState.PREPARED, "undelivered"),
        (Undelivered("429", received=received(429)), CallState.PREPARED, "too_many_calls"),
        (NotConfigured("no key"), CallState.CANCELLED, "not_configured"),
        (OutcomeUnknown("cut"), CallState.UNKNOWN, "outcomeunknown"),
        (Unsupported("encrypted"), CallState.UNKNOWN, "unsupported"),
        (VendorError("new"), CallState.UNKNOWN, "vendorerror"),
        (Refused(400, "a", "b"), CallState.REFUSED, "refused"),
        (Forbidden(403, "", "Forbidden"), CallState.REFUSED, "forbidden"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, VendorError) else None,
)
def test_each_failure_has_its_end(error: VendorError, state: CallState, why: str) -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    worker._failed(call, error)
    assert Call.objects.values_list("state", "error").get(pk=call.pk) == (state, why)
    is_open = state in (CallState.PREPARED, CallState.UNKNOWN)
    assert reload(call.submission).status == (Status.STEP2_SENDING if is_open else Status.CONFIRMING)
    assert reload(call.submission).selfies_sent == (1 if state == CallState.UNKNOWN else 0)
    assert (Project.objects.get().paused_at is not None) == isinstance(error, Forbidden)


def turn_away(call: Call, retry_after: float | None = None) -> Call:
    """Reply 429 as the vendor."""
    worker._failed(call, Undelivered("no more", retry_after=retry_after, received=received(429)))
    call.refresh_from_db()
    return call


def claimable_after(call: Call, **delta: float) -> bool:
    return bool(Call.objects.claimable(clock.now() + timedelta(**delta)).filter(pk=call.pk).exists())


def test_call_waits_as_long_as_the_vendor_says_a_few_minutes_at_a_time() -> None:
    call = turn_away(left(Status.STEP2_SENDING, CallKind.STEP2), retry_after=3600)
    assert ledger.take_lease() is None
    assert not claimable_after(call, minutes=-1), "another host's clock is behind"
    assert not claimable_after(call, minutes=3)
    assert claimable_after(call, minutes=4, seconds=1)
    assert call.undelivered == 0
    told = status_messages.about_open_call(call)
    assert "accepts no more requests" in told.text
    assert "try in 23" in told.text


def test_call_that_is_turned_away_each_time_waits_twice_as_long_each_time() -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    waits = []
    with time_machine.travel(clock.now()) as travelling:
        for _time in range(12):
            now = clock.now()
            call = turn_away(call)
            waits.append((call.not_before - now).total_seconds())
            travelling.move_to(call.not_before)
            claimed = ledger.take_lease()
            assert claimed is not None
            call = claimed
    assert waits[0] < 3
    assert 4 < waits[4] < 60
    assert all(90 < wait < 150 for wait in waits[-2:])


def test_call_put_off_beyond_its_latest_start_has_one_more_chance_before_it() -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    latest = clock.now() + timedelta(minutes=2)
    Call.objects.filter(pk=call.pk).update(latest_start=latest)
    call.latest_start = latest
    call = turn_away(call, retry_after=600)
    assert latest - timedelta(seconds=31) < call.not_before < latest
    with time_machine.travel(call.not_before + timedelta(seconds=0.1)):
        again = ledger.take_lease()
        assert again is not None
        assert turn_away(again, retry_after=600).not_before > latest


def test_step1_undelivered_too_often_is_given_back_to_the_agent() -> None:
    call = left(Status.STEP1_SENDING, CallKind.STEP1)
    call.undelivered = ledger.GIVES_UP_AFTER - 1
    assert ledger.requeue(call, error="undelivered")
    assert Call.objects.values_list("state", "error").get(pk=call.pk) == (CallState.CANCELLED, "not_delivered")
    fresh = reload(call.submission)
    assert (fresh.status, fresh.deadline_at) == (Status.DRAFT, None)


def test_step1_that_the_vendor_rejects_is_final() -> None:
    call = left(Status.STEP1_SENDING, CallKind.STEP1)
    assert replies.step1_answered(call, step1_reply(kyc_status="rejected", retry_count=3, was_read=False, ocr={}))
    fresh = reload(call.submission)
    assert (fresh.status, fresh.source, fresh.vendor_count) == (Status.REJECTED, "vendor", 3)
    assert fresh.decided_at is not None


def test_other_final_status_than_the_verdict_is_read_back() -> None:
    call = left(Status.DECISION_SENDING, CallKind.REVIEW)
    assert replies.review_answered(call, review_reply("rejected"))
    assert Call.objects.values_list("state", "error").get(pk=call.pk) == (CallState.UNKNOWN, "unexpected_final_status")
    assert reload(call.submission).status == Status.DECISION_SENDING


def test_vendors_time_is_taken_only_while_the_clocks_agree() -> None:
    call = left(Status.STEP2_SENDING, CallKind.STEP2)
    call.submission.project.clock_offset = 3600
    before = call.submission.vendor_updated_at
    assert replies.step2_answered(call, step2_reply("pending", retry_count=None))
    fresh = reload(call.submission)
    assert (fresh.status, fresh.vendor_updated_at, fresh.vendor_count) == (Status.PENDING, before, None)
    assert fresh.pending_at is not None
    assert fresh.pending_at <= clock.now()
