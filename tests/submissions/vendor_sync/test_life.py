"""The life of a submission through the real transitions: each status is reached, with its columns."""

from datetime import timedelta

import pytest

from submissions.capture import submit
from submissions.core import clock
from submissions.models import CallKind, CallState, Decision, ImageKind, Role, Status, Verdict
from submissions.outbox import ledger, new_calls
from submissions.review import decisions
from submissions.review.workload import claims
from submissions.workflow.transitions import MOVES, MoveNotAllowed, StaleSubmission, move
from tests.factories import answer_step2, attach_image, by, claim_call, make_at, make_draft, make_user, reload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", Status)
def test_life_reaches_every_status(status: Status) -> None:
    assert make_at(status).status == status


@pytest.mark.parametrize("seen", Status)
@pytest.mark.parametrize("to", Status)
def test_move_holds_to_the_table(seen: Status, to: Status) -> None:
    if (seen, to) in MOVES:
        return
    submission = make_draft(images=False)
    submission.status = seen
    with pytest.raises(MoveNotAllowed):
        move(submission, to, by=by(submission.created_by))


def test_move_of_a_stale_row_writes_nothing() -> None:
    submission = make_at(Status.CONFIRMING)
    other_tab = reload(submission)
    submit.send_step2(submission, by=by(submission.created_by))
    with pytest.raises(StaleSubmission):
        submit.send_step2(other_tab, by=by(submission.created_by))
    assert submission.calls.filter(kind=CallKind.STEP2).count() == 1


def test_step1_starts_the_clock_when_it_leaves_not_when_pressed() -> None:
    submission = make_at(Status.STEP1_SENDING)
    assert submission.deadline_at is None
    claim_call(submission, CallKind.STEP1)
    submission = reload(submission)
    assert submission.deadline_at == submission.step1_started_at + timedelta(hours=24)


def test_step1_never_delivered_starts_no_clock() -> None:
    submission = make_at(Status.STEP1_SENDING)
    call = claim_call(submission, CallKind.STEP1)
    assert ledger.requeue(call, error="undelivered")
    submission = reload(submission)
    assert (submission.deadline_at, submission.status) == (None, Status.STEP1_SENDING)


def test_step1_undelivered_too_often_goes_back_to_draft() -> None:
    submission = make_at(Status.STEP1_SENDING)
    for _time in range(ledger.GIVES_UP_AFTER):
        call = ledger.take_lease(clock.now() + timedelta(minutes=10))
        assert call is not None
        ledger.requeue(call, error="undelivered")
    submission = reload(submission)
    assert (submission.status, submission.open_call, submission.deadline_at) == (Status.DRAFT, None, None)


def test_step2_counts_the_selfie_when_it_leaves_and_not_when_undelivered() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    assert reload(submission).selfies_sent == 1
    ledger.requeue(call, error="undelivered")
    assert reload(submission).selfies_sent == 0


def test_refused_call_returns_the_submission_and_the_try() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    assert ledger.refuse(call, error="refused", code="x", http_status=400, reply={"body": "{}"})
    submission = reload(submission)
    assert (submission.status, submission.selfies_sent, submission.notice) == (Status.CONFIRMING, 0, "refused")


def test_unknown_call_stays_open_and_nothing_can_be_pressed() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    ledger.mark_unknown(call, error="outcomeunknown")
    submission = reload(submission)
    assert submission.open_call.state == CallState.UNKNOWN
    assert (submission.status, submission.selfies_sent) == (Status.STEP2_SENDING, 1)
    with pytest.raises(StaleSubmission):
        submit.send_step2(submission, by=by(submission.created_by))


def test_lease_that_ran_out_makes_the_call_unknown() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    type(call).objects.filter(pk=call.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert ledger.lapse_leases() == 1
    assert reload(submission).open_call.error == "lease_ran_out"


def test_claim_takes_a_call_once() -> None:
    make_at(Status.STEP2_SENDING)
    assert ledger.take_lease() is not None
    assert ledger.take_lease() is None


def test_decision_can_be_undone_before_it_leaves_and_not_after() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_at(Status.DECISION_SENDING, reviewer=officer)
    assert ledger.take_lease() is None
    decisions.undo(submission, by=by(officer))
    assert reload(submission).status == Status.PENDING
    submission = make_at(Status.DECISION_SENDING, reviewer=officer)
    claim_call(submission, CallKind.REVIEW)
    with pytest.raises(StaleSubmission):
        decisions.undo(submission, by=by(officer))


def test_two_unlike_verdicts_go_to_a_third_person() -> None:
    submission = make_at(Status.SECOND_REVIEW)
    second, third = make_user(Role.OFFICER), make_user(Role.OFFICER)
    for person, status in ((second, Status.SECOND_REVIEW), (third, Status.DECISION_SENDING)):
        Decision.objects.update(decided_at=clock.now() - timedelta(minutes=1))
        claims.claim(submission, by=by(person))
        decisions.decide(
            submission, Verdict.REJECTED, by=by(person), reason_code="other", comment="Not the same person."
        )
        submission = reload(submission)
        assert submission.status == status


def test_slow_second_press_is_stale_even_where_the_status_came_back() -> None:
    """The first send was refused before the second came through, which must not use another attempt."""
    agent = make_user()
    submission = make_at(Status.INCOMPLETE, agent)
    attach_image(submission, ImageKind.SELFIE, agent)
    slow = reload(submission)
    submit.send_step2(submission, by=by(agent))
    back = answer_step2(submission, "incomplete", retry_count=2)
    assert back.status == slow.status == Status.INCOMPLETE
    with pytest.raises(StaleSubmission):
        new_calls.prepare(slow, CallKind.STEP2, Status.STEP2_SENDING, by=by(agent), values={})
    assert reload(submission).selfies_sent == 2
    assert not reload(submission).has_open_call
