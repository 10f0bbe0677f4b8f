"""The deadline sweep: what it closes, and that its cost depends on due rows, not on all rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.core import clock
from submissions.models import Status, Submission
from submissions.outbox import deadline_sweep
from tests.factories import make_at, make_user, reload

pytestmark = pytest.mark.django_db


def run_out(submission: Submission, minutes: int = 1) -> None:
    past = clock.now() - timedelta(minutes=minutes)
    Submission.objects.filter(pk=submission.pk).update(deadline_at=past, step1_started_at=past - timedelta(hours=24))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.STEP1_RETRY, Status.ABANDONED),
        (Status.CONFIRMING, Status.ABANDONED),
        (Status.STEP2_SENDING, Status.ABANDONED),
        (Status.INCOMPLETE, Status.OVERDUE),
        (Status.PENDING, Status.PENDING),
        (Status.DRAFT, Status.DRAFT),
    ],
)
def test_what_runs_out_is_closed_or_locked(before: Status, after: Status) -> None:
    submission = make_at(before)
    run_out(submission)
    deadline_sweep.sweep_deadlines()
    assert reload(submission).status == after


def test_one_second_early_changes_nothing() -> None:
    submission = make_at(Status.INCOMPLETE)
    Submission.objects.update(deadline_at=clock.now() + timedelta(seconds=1))
    assert deadline_sweep.sweep_deadlines() == 0
    assert reload(submission).status == Status.INCOMPLETE


def test_second_sweep_finds_nothing() -> None:
    run_out(make_at(Status.INCOMPLETE))
    assert [deadline_sweep.sweep_deadlines(), deadline_sweep.sweep_deadlines()] == [1, 0]


def test_queries_follow_what_is_due() -> None:
    user = make_user()
    for _number in range(12):
        make_at(Status.CONFIRMING, user)
    with CaptureQueriesContext(connection) as idle:
        assert deadline_sweep.sweep_deadlines() == 0
    run_out(make_at(Status.CONFIRMING, user))
    with CaptureQueriesContext(connection) as one:
        assert deadline_sweep.sweep_deadlines() == 1
    assert len(idle) <= 2
    assert len(one) <= 10


def test_due_ones_are_found_by_an_index() -> None:
    """The partial index on the deadline is used, so that a million finished ones cost nothing."""
    due = Submission.objects.due_before(clock.now()).order_by("deadline_at")
    if connection.vendor == "postgresql":  # on an empty table the planner prefers a scan, or any other index
        connection.cursor().execute(
            "SET LOCAL enable_seqscan = off; DROP INDEX submission_one_restart, submission_status_new"
        )
    assert "submission_running_out" in due.explain()
