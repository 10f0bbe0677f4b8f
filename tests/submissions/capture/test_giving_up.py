"""When a Step 2 without a trace is given up: after two reads and a proof that reads are fresh, or half an hour."""

from collections.abc import Iterator

import pytest

from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Status, Submission
from submissions.outbox import evidence, vendor_client
from submissions.vendor_sync import status_table
from tests.submissions.vendor_sync.settling import Bench

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("fault", ["lost_before", "5xx_before"])
def test_unprocessed_try_is_offered_again_after_two_reads_apart(bench: Bench, fault: str, hides: bool) -> None:
    bench.at("+liveness")
    bench.hide_attempts(hides)
    bench.lose_step2(fault)
    bench.witness()
    bench.beats(0.1, 5, 4)
    assert bench.call.state == CallState.UNKNOWN
    bench.beats(2)
    assert (bench.call.settled_as, bench.mine.status, bench.mine.selfies_sent) == (
        "never_arrived",
        Status.CONFIRMING,
        0,
    )


def test_unprocessed_try_without_a_witness_waits_longer_than_reads_may_lag(bench: Bench) -> None:
    bench.at("+liveness")
    bench.lose_step2("lost_before")
    bench.beats(0.1, 11, 6, 6, 6)
    assert bench.call.state == CallState.UNKNOWN
    bench.beats(3)
    assert (bench.call.settled_as, bench.mine.status) == ("never_arrived", Status.CONFIRMING)


def test_arrived_try_is_not_given_up_where_reads_lag_and_nothing_else_happens(bench: Bench) -> None:
    """There is only this submission, and reads lag by more than the distance of two reads."""
    bench.at("+liveness")
    bench.advance(40)
    bench.lag(25)
    bench.lose_step2("lost_after")
    bench.beats(0.1, 11, 6)
    assert (bench.call.state, bench.mine.status) == (CallState.UNKNOWN, Status.STEP2_SENDING)
    bench.beats(8, 3)
    assert (bench.call.settled_as, bench.mine.status) == ("adopted", Status.INCOMPLETE)
    assert (bench.mine.selfies_sent, bench.mine.tries_left) == (1, 2)


def test_second_try_without_attempts_is_shown_by_the_selfie_the_vendor_keeps(bench: Bench) -> None:
    bench.at("+liveness2")
    bench.lose_step2("fine")
    bench.hide_attempts(True)
    bench.lose_step2("lost_before")
    bench.witness()
    bench.beats(0.1)
    assert bench.call.state == CallState.UNKNOWN
    bench.beats(11)
    assert (bench.call.settled_as, bench.mine.selfies_sent) == ("never_arrived", 1)
    bench.lose_step2("lost_after")
    bench.beats(0.1)
    assert (bench.call.settled_as, bench.mine.selfies_sent) == ("adopted", 2)


def test_lag_longer_than_the_wait_is_seen_by_a_witness(bench: Bench) -> None:
    """Another submission changed later and is not shown yet: so reads lag, and nothing is released."""
    bench.customers(["+liveness", ""])
    for which in (0, 1):
        bench.press_step1(which)
        bench.work("fine")
    bench.advance(40)
    bench.lag(25)
    bench.press_step2(0, 1)
    bench.work("lost_after")
    bench.advance(2)
    bench.press_step2(1, 1)
    bench.work("fine")
    bench.beats(0.1, 11, 1, 2)
    assert bench.call.state == CallState.UNKNOWN
    bench.beats(20, 6)
    assert bench.call.settled_as == "adopted"
    assert bench.mine.status == Status.INCOMPLETE


def test_lag_that_nothing_shows_is_put_right_when_the_record_does(bench: Bench) -> None:
    """The bound of docs/ledger.md: no traffic, and reads that lag by more than half an hour.

    Every attempt is counted.
    """
    bench.at("+liveness")
    bench.advance(60)
    bench.lag(50)
    bench.lose_step2("lost_after")
    bench.beats(0.1, 11, 20)
    assert bench.call.settled_as == "never_arrived"
    bench.lag(0)
    Submission.objects.update(next_read_at=clock.now())
    bench.beat()
    assert (bench.call.settled_as, bench.mine.status) == ("adopted", Status.INCOMPLETE)
    assert (bench.mine.selfies_sent, bench.mine.tries_left) == (1, 2)


def test_two_reads_of_one_record_put_a_lost_try_right_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook and the poller read it simultaneously; the second one counted before the first had written."""
    bench.at("+liveness")
    bench.lose_step2("fine")
    Call.objects.filter(kind=CallKind.STEP2).delete()
    Submission.objects.update(selfies_sent=0)
    submission = bench.mine
    found = vendor_client.client_for(submission.project).get_submission(submission.vendor_id)
    assert found is not None
    count = evidence.tries_processed

    def count_and_be_overtaken(row: Submission) -> int:
        counted = count(row)
        monkeypatch.setattr(evidence, "tries_processed", count)
        status_table._correct_tries(bench.mine, found)
        return counted

    monkeypatch.setattr(evidence, "tries_processed", count_and_be_overtaken)
    status_table._correct_tries(submission, found)
    assert count(bench.mine) == bench.mine.selfies_sent == 1
