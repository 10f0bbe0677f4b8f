"""The reply in a frozen worker, after its lease or after its call was given up."""

from collections.abc import Iterator

import pytest

from submissions.models import CallState, Status
from submissions.outbox import ledger
from submissions.views import status_messages
from tests.submissions.vendor_sync.settling import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


def test_reply_that_comes_after_the_lease_ends_its_call(bench: Bench) -> None:
    bench.at("+liveness")
    bench.press_step2(0, 1)
    bench.stand_still()
    bench.beats(3, 0.2)
    assert bench.mine.status == Status.INCOMPLETE
    bench.come_late()
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 1)


def test_reply_that_comes_after_its_call_was_given_up_opens_it_again(bench: Bench) -> None:
    bench.at("+liveness")
    bench.advance(60)
    bench.lag(50)
    bench.press_step2(0, 1)
    bench.stand_still()
    bench.beats(3, 0.2, 11, 20)
    assert bench.call.settled_as == "never_arrived"
    bench.come_late()
    assert (bench.call.state, bench.mine.status, bench.mine.selfies_sent) == (
        CallState.ANSWERED,
        Status.INCOMPLETE,
        1,
    )


def test_reply_that_comes_after_the_agent_pressed_again_is_counted(bench: Bench) -> None:
    bench.at("+liveness2")
    bench.advance(60)
    bench.lag(50)
    bench.press_step2(0, 1)
    bench.stand_still()
    bench.beats(3, 0.2, 11, 20)
    bench.press_step2(0, 1)
    bench.come_late()
    first = bench.mine.calls.filter(kind="step2").order_by("prepared_at").first()
    assert (first.state, first.settled_as) == (CallState.SETTLED, "adopted")
    bench.work("fine")
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 2)


def give_up_third_selfie(bench: Bench) -> None:
    """Two were refused; the third arrived, its worker is frozen, and lagging reads did not show it."""
    bench.at("+fail")
    bench.vendor.state.knobs.reject_at = 9
    for _time in range(2):
        bench.lose_step2("fine")
    bench.advance(60)
    bench.lag(50)
    bench.press_step2(0, 1)
    bench.stand_still()
    bench.beats(3, 0.2, 11, 20)
    assert (bench.call.settled_as, bench.mine.selfies_sent) == ("never_arrived", 2)


def selfies_at_the_vendor(bench: Bench) -> int:
    return sum(entry["endpoint"] == "step2" for entry in bench.vendor.sent)


def test_selfie_pressed_before_the_third_turned_out_to_have_arrived_never_leaves(bench: Bench) -> None:
    give_up_third_selfie(bench)
    bench.press_step2(0, 1)
    bench.come_late()
    bench.work("fine")
    assert (bench.call.state, bench.call.error) == (CallState.CANCELLED, "no_try_left")
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 3)
    told = status_messages.about_notice(bench.mine, bench.call)
    assert told is not None
    assert "all 3 attempts are used" in told.text
    assert selfies_at_the_vendor(bench) == 3


def test_selfie_given_back_after_the_third_turned_out_to_have_arrived_never_leaves(bench: Bench) -> None:
    """It was being sent when the third was counted; its failure to arrive does not return an attempt."""
    give_up_third_selfie(bench)
    bench.press_step2(0, 1)
    call = ledger.take_lease()
    assert call is not None
    bench.come_late()
    ledger.requeue(call, error="undelivered")
    assert bench.mine.selfies_sent == 3
    bench.advance(1)
    bench.work("fine")
    assert (bench.call.state, bench.call.error) == (CallState.CANCELLED, "no_try_left")
    assert selfies_at_the_vendor(bench) == 3
