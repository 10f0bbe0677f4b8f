"""Calls of unknown outcome: each kind of evidence, lagging reads, users."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.core import clock
from submissions.models import Alert, Call, CallState, ImageKind, Role, Status, Submission, Verdict
from submissions.outbox import ledger
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.search import blind_index
from submissions.vendor_sync import polling, reconcile, replies, status_table, worker
from tests.factories import by, claim_call, make_user, reload
from tests.submissions.vendor_sync.settling import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("fault", ["lost_after", "5xx_after", "junk_after"])
def test_processed_try_is_adopted_at_the_first_read(bench: Bench, fault: str, hides: bool) -> None:
    bench.at("+liveness")
    bench.hide_attempts(hides)
    bench.lose_step2(fault)
    assert bench.call.state == CallState.UNKNOWN
    bench.beats(0.1)
    assert (bench.call.state, bench.call.settled_as) == (CallState.SETTLED, "adopted")
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 1)


@pytest.mark.parametrize(
    ("fault", "status"), [("lost_after", Status.CONFIRMING), ("lost_before", Status.STEP1_SENDING)]
)
def test_step1_is_not_settled_by_the_record_of_somebody_else(bench: Bench, fault: str, status: Status) -> None:
    """This vendor ignores the userid filter; another customer's record must not be adopted."""
    bench.vendor.state.knobs.ignores_userid = True
    bench.customers(["", ""])
    bench.press_step1(0)
    bench.work("fine")
    bench.advance(1)
    bench.press_step1(1)
    bench.work(fault)
    bench.beats(0.1, 11, 20)
    lost = bench.one(1)
    assert lost.status == status
    assert lost.vendor_id != bench.one(0).vendor_id
    assert lost.has_open_call == (status == Status.STEP1_SENDING)
    assert not lost.differences.exists()


def test_poller_asks_about_what_was_adopted(bench: Bench) -> None:
    """Without webhook and reply, only the poller reads it, hours later."""
    bench.customers([""])
    bench.press_step1(0)
    bench.work("lost_after")
    bench.beats(0.1)
    assert bench.mine.status == Status.CONFIRMING
    assert clock.now() < bench.mine.next_read_at < clock.now() + timedelta(hours=9)
    bench.lose_step2("lost_after")
    bench.beats(0.1)
    assert bench.mine.status == Status.PENDING
    assert clock.now() < bench.mine.next_read_at < clock.now() + timedelta(hours=3)


def test_timeout_at_the_vendor_does_not_count_a_try_that_never_came(bench: Bench) -> None:
    bench.at("+liveness2")
    bench.lose_step2("fine")
    bench.advance(60 * 22)
    bench.lose_step2("lost_before")
    bench.advance(60 * 3)
    bench.beat()
    assert (bench.call.settled_as, bench.mine.status, bench.mine.source) == (
        "never_arrived",
        Status.REJECTED,
        "timeout",
    )
    assert bench.mine.selfies_sent == 1


def test_undocumented_status_settles_nothing_and_tells_people(bench: Bench) -> None:
    manager = make_user(Role.MANAGER)
    bench.at()
    bench.lose_step2("lost_after")
    next(iter(bench.vendor.state.submissions.values())).status = "on_ice"
    bench.beats(0.1, 11, 40, 5)
    assert bench.call.state == CallState.UNKNOWN
    assert bench.mine.differences.standing().get().theirs == "on_ice"
    assert Alert.objects.filter(person=manager, kind="call_stuck").count() == 1


def test_step1_retry_that_left_no_trace_heals_automatically(bench: Bench) -> None:
    """It was read without OCR and lost: another ID image is requested, the vendor reports one, no attempt was used."""
    bench.customers(["+glare+noocr"])
    bench.press_step1(0)
    bench.work("fine")
    assert bench.mine.status == Status.STEP1_RETRY
    bench.hide_attempts(True)
    bench.advance(1)
    bench.press_step1(0)
    bench.work("lost_after")
    bench.beats(0.1, 11)
    assert bench.mine.status == Status.STEP1_RETRY
    bench.press_step1(0)
    bench.work("fine")
    assert bench.call.error == "already_processed"
    bench.beats(0.1)
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.CONFIRMING, 0)


def test_worker_whose_lease_ran_out_sends_nothing(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    call = ledger.take_lease()
    assert call is not None
    bench.advance(3)
    assert worker._ready(call) is None
    assert not [entry for entry in bench.vendor.sent if entry["endpoint"] == "step2"]


def test_jump_of_our_clock_does_not_shorten_the_wait(bench: Bench) -> None:
    bench.at()
    bench.lose_step2("lost_before")
    bench.beats(0.1)
    now = clock.now
    with mock.patch.object(clock, "now", side_effect=lambda: now() + timedelta(hours=1)):
        bench.beat()
        assert bench.call.state == CallState.UNKNOWN
        assert bench.mine.project.clock_offset < -3500
        assert ledger.take_lease() is None


def test_what_a_clock_that_ran_ahead_put_off_is_done_once_it_is_set_back(bench: Bench) -> None:
    """The clock was an hour ahead during the action and the loss; after the correction nothing waits for that hour."""
    bench.at()
    bench.press_step2(0, 1)
    bench.work("lost_after")
    Call.objects.filter(pk=bench.call.pk).update(
        sent_at=clock.now() + timedelta(hours=1), next_read_at=clock.now() + timedelta(hours=1, seconds=5)
    )
    bench.beat()
    assert (bench.call.settled_as, bench.mine.status) == ("adopted", Status.PENDING)


def test_lease_of_a_clock_that_ran_ahead_does_not_hold_for_an_hour(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    bench.die(True)
    ahead = clock.now() + timedelta(hours=1)
    Call.objects.filter(pk=bench.call.pk).update(sent_at=ahead, lease_until=ahead + timedelta(minutes=2))
    bench.beats(0, 0.2)
    assert bench.call.settled_as == "adopted"


def test_prepared_call_put_off_by_a_clock_that_ran_ahead_leaves(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    Call.objects.filter(pk=bench.call.pk).update(not_before=clock.now() + timedelta(hours=1))
    bench.work("fine")
    assert bench.call.state == CallState.ANSWERED


def test_stuck_call_is_settled_by_a_manager_with_a_reason_and_once(bench: Bench) -> None:
    bench.at()
    bench.lose_step2("lost_before")
    call = bench.call
    call.submission = bench.mine
    reconcile.release(call, by=by(make_user(Role.MANAGER)), reason="The vendor's desk says so")
    assert bench.mine.status == Status.CONFIRMING
    with pytest.raises(reconcile.StaleSubmission):
        reconcile.release(bench.call, by=by(make_user(Role.MANAGER)), reason="again")


def test_verdict_given_up_under_lag_is_the_reviewers_when_the_vendor_shows_it(bench: Bench) -> None:
    bench.at()
    bench.lose_step2("fine")
    bench.advance(40)
    bench.lag(25)
    bench.decide(0, Verdict.APPROVED)
    bench.advance(1)
    bench.work("lost_after")
    bench.beats(0.1, 11)
    assert (bench.mine.status, bench.call.settled_as) == (Status.PENDING, "never_arrived")
    bench.lag(0)
    Submission.objects.update(next_read_at=clock.now())
    bench.beat()
    assert (bench.mine.status, bench.mine.source, bench.mine.decided_by) == (
        Status.APPROVED,
        "reviewer",
        bench.officer,
    )
    assert bench.mine.decisions.get(withdrawn_at=None).call.settled_as == "adopted"


@pytest.mark.parametrize("is_given_up", [False, True])
def test_verdict_whose_reply_was_lost_corrects_the_record_too(bench: Bench, is_given_up: bool) -> None:
    bench.at()
    bench.lose_step2("fine")
    bench.advance(40)
    bench.lag(25 if is_given_up else 0)
    claims.claim(bench.mine, by=by(bench.officer))
    ticked = [warning.code for warning in warnings_of(bench.mine, bench.officer)]
    told = {"corrections": {"fullName": "Corrected Name"}, "ticked": ticked}
    decisions.decide(bench.mine, Verdict.APPROVED, by=by(bench.officer), **told)
    bench.advance(1)
    bench.work("lost_after")
    bench.beats(0.1, 11)
    bench.lag(0)
    Submission.objects.update(next_read_at=clock.now())
    bench.beat()
    assert (bench.mine.status, bench.mine.source) == (Status.APPROVED, "reviewer")
    assert bench.mine.values["name"] == "Corrected Name"
    assert blind_index.find(bench.officer, "corrected name").get() == bench.mine


def test_verdict_refused_because_the_vendor_decided_is_read_back(bench: Bench) -> None:
    bench.at()
    bench.lose_step2("fine")
    bench.decide(0, Verdict.APPROVED)
    kyc = next(iter(bench.vendor.state.submissions.values()))
    bench.vendor.state.reject(kyc, "id_info_dataMismatch", "Entered information does not match.")
    bench.advance(1)
    bench.work("fine")
    assert bench.mine.status == Status.PENDING
    bench.beat()
    assert (bench.mine.status, bench.mine.source) == (Status.REJECTED, "vendor")


def test_account_check_nobody_can_read_back_ends_with_its_submission(bench: Bench) -> None:
    bench.at()
    bench.check_account()
    bench.work("lost_before")
    assert bench.call.state == CallState.UNKNOWN
    bench.advance(60 * 25)
    bench.beat()
    assert bench.mine.status == Status.ABANDONED
    bench.beats(50)
    assert (bench.call.state, bench.call.settled_as) == (CallState.SETTLED, "not_known")


def test_prepared_account_check_does_not_outlive_the_deadline(bench: Bench) -> None:
    bench.at()
    bench.check_account()
    bench.advance(60 * 25)
    bench.beat()
    assert (bench.mine.status, bench.call.state) == (Status.ABANDONED, CallState.CANCELLED)


def test_one_call_that_breaks_the_settling_stops_no_other(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.customers(["", ""])
    for which in (0, 1):
        bench.press_step1(which)
        bench.work("lost_after")
    broken = bench.one(0).open_call.pk
    judge = reconcile.judge
    monkeypatch.setattr(reconcile, "judge", lambda call, *rest: judge(call, *rest) if call.pk != broken else _fail())
    bench.beats(0.1)
    assert bench.one(0).open_call.state == CallState.UNKNOWN
    assert bench.one(1).status == Status.CONFIRMING


def _fail() -> Any:
    raise ValueError("broken")


def test_poller_asks_a_silent_pending_one_and_spreads_the_next_time(bench: Bench) -> None:
    bench.at()
    bench.lose_step2("fine")
    assert timedelta(0) < bench.mine.next_read_at - clock.now() < timedelta(minutes=3), "the record has the signals"
    bench.advance(3)
    assert polling.poll_due() == 1
    assert timedelta(minutes=100) < bench.mine.next_read_at - clock.now() < timedelta(minutes=140)
    kyc = next(iter(bench.vendor.state.submissions.values()))
    kyc.status, kyc.result_at = "approved", bench.vendor.state.now()
    bench.vendor.state.save(kyc)
    bench.advance(145)
    assert polling.poll_due() == 1
    assert bench.mine.status == Status.APPROVED
    assert polling.poll_due() == 0


def test_late_rejection_leaves_the_approved_one_and_is_shown(bench: Bench) -> None:
    bench.at("+approved")
    bench.lose_step2("fine")
    kyc = next(iter(bench.vendor.state.submissions.values()))
    bench.vendor.state.reject(kyc, "timeout", "KYC rejected due to timeout.")
    status_table.ask_vendor(bench.mine, by=by(bench.officer))
    assert (bench.mine.status, bench.mine.has_difference) == (Status.APPROVED, True)


def test_outcome_of_a_call_somebody_else_ended_changes_nothing(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    call = claim_call(bench.mine, "step2")
    reply = bench.talk(call)
    assert replies.step2_answered(call, reply)
    assert not replies.step2_answered(call, reply)
    assert bench.mine.selfies_sent == 1
    assert bench.mine.calls.filter(kind="step2").count() == 1


def test_two_workers_claim_one_call_once(bench: Bench) -> None:
    bench.at()
    bench.attach(bench.mine, ImageKind.SELFIE)
    bench.press_step2(0, 1)
    stale = Call.objects.select_related("submission__project", "attempt").get(pk=bench.call.pk)
    assert ledger.take_lease() is not None
    assert not ledger._take(stale, clock.now())
    assert reload(bench.mine).selfies_sent == 1


def test_guarded_updates_look_at_the_row_alone(bench: Bench) -> None:
    """A subquery in the guard is evaluated once, before waiting for another worker's UPDATE: both would pass it."""
    bench.at()
    bench.press_step2(0, 1)
    with CaptureQueriesContext(connection) as caught:
        assert ledger.take_lease() is not None
    taking = [query["sql"] for query in caught if query["sql"].startswith('UPDATE "submissions_call"')]
    assert len(taking) == 1
    assert "SELECT" not in taking[0]
