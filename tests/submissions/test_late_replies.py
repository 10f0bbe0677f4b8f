"""The reply of a worker that stood still, after its lease or after its call was given up."""

from collections.abc import Iterator

import pytest

from submissions.models import CallState, Status
from tests.submissions.test_settling import Bench

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
