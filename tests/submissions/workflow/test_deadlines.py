"""The deadlines: of the review target, of Step 2, and of alerts."""

from datetime import timedelta

import pytest
import time_machine

from submissions.core import clock
from submissions.models import Project, Status, Submission
from submissions.models.project_choices import PendingClock
from submissions.workflow import deadlines
from submissions.workflow.deadlines import DeadlinePassed
from tests.factories import make_at, make_project, reload

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("runs", "hours", "started", "due"),
    [
        (PendingClock.UNSTATED, 24, 4 * HOUR, 18 * HOUR),
        (PendingClock.UNSTATED, 2, 4 * HOUR, 2 * HOUR),
        (PendingClock.COUNTS, 24, 4 * HOUR, 18 * HOUR),
        (PendingClock.STOPS, 24, 4 * HOUR, 24 * HOUR),
        (PendingClock.UNSTATED, 24, None, 24 * HOUR),
    ],
)
def test_review_target_is_the_earlier_of_two_clocks(
    runs: PendingClock, hours: int, started: timedelta | None, due: timedelta
) -> None:
    """`started`: how long before it became pending Step 1 was sent."""
    now = clock.now()
    project = Project(review_target_hours=hours, pending_clock=runs)
    assert deadlines.review_target(project, now, started and now - started) == now + due


@pytest.fixture
def confirming() -> Submission:
    return make_at(Status.CONFIRMING)


def latest(submission: Submission) -> timedelta:
    """Return how long from now a Step 2 may still be sent."""
    assert submission.step2_at_the_latest is not None
    return submission.step2_at_the_latest - clock.now()


def test_step2_may_start_to_the_last_second_that_lets_it_end(confirming: Submission) -> None:
    assert confirming.deadline_at is not None
    assert confirming.step2_at_the_latest == confirming.deadline_at - confirming.project.longest_call
    left = latest(confirming)
    with time_machine.travel(clock.now() + left - timedelta(seconds=1), tick=False):
        deadlines.check_step2_in_time(confirming)
    with time_machine.travel(clock.now() + left + timedelta(seconds=1), tick=False), pytest.raises(DeadlinePassed):
        deadlines.check_step2_in_time(confirming)


def test_step2_without_a_clock_does_not_start() -> None:
    with pytest.raises(DeadlinePassed):
        deadlines.check_step2_in_time(make_at(Status.DRAFT))


@pytest.mark.parametrize("blocks", [True, False])
def test_first_step2_after_four_hours_is_a_warning_unless_the_project_blocks_it(blocks: bool) -> None:
    submission = make_at(Status.CONFIRMING, project=make_project(blocks_first_step2_after_4h=blocks))
    with time_machine.travel(clock.now() + 4 * HOUR - timedelta(minutes=1), tick=False):
        assert not deadlines.is_past_first_step2_limit(submission)
        deadlines.check_step2_in_time(submission)
    with time_machine.travel(clock.now() + 4 * HOUR + timedelta(minutes=1), tick=False):
        assert deadlines.is_past_first_step2_limit(submission)
        if blocks:
            with pytest.raises(DeadlinePassed):
                deadlines.check_step2_in_time(submission)
        else:
            deadlines.check_step2_in_time(submission)


def test_first_step2_limit_ends_with_the_first_selfie_and_wants_a_start(confirming: Submission) -> None:
    assert confirming.step1_started_at is not None
    assert deadlines.first_step2_limit(confirming) == confirming.step1_started_at + 4 * HOUR
    assert deadlines.first_step2_limit(reload(make_at(Status.INCOMPLETE))) is None
    assert deadlines.first_step2_limit(make_at(Status.DRAFT)) is None


def test_call_without_a_latest_start_is_always_in_time(confirming: Submission) -> None:
    project, now = confirming.project, clock.vendor_now(confirming.project)
    assert deadlines.is_in_time(None, project)
    assert deadlines.is_in_time(now + HOUR, project)
    assert not deadlines.is_in_time(now - HOUR, project)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (5 * HOUR, 4 * HOUR),
        (4 * HOUR, HOUR),
        (HOUR, timedelta(minutes=15)),
        (timedelta(minutes=16), timedelta(minutes=15)),
        (timedelta(minutes=15), None),
        (-HOUR, None),
    ],
)
def test_next_alert_is_the_first_that_has_not_passed(left: timedelta, told: timedelta | None) -> None:
    """`left`: the remaining time. `told`: the alert's time before the deadline."""
    now = clock.now()
    assert deadlines.next_alert(now + left, after=now) == (None if told is None else now + left - told)


def test_no_clock_no_alert() -> None:
    assert deadlines.next_alert(None) is None
