"""The request budget: shared through a real Redis-compatible server, and a safe local one without it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from argos.errors import Throttled
from submissions.capture import submit
from submissions.models import CallState, Project, Status, Submission
from submissions.outbox import ledger, rate_budget, vendor_client
from submissions.outbox.rate_budget import ALL, READ, STEP1, Budget
from submissions.vendor_sync import worker
from tests.broker import redis
from tests.factories import by, make_at, make_project, reload

__all__ = ["redis"]


def spent(given: Budget, share: float, times: int) -> int:
    done = 0
    for _time in range(times):
        try:
            given.spend(share)
            done += 1
        except Throttled:
            pass
    return done


def test_day_is_shared_by_all_and_never_passed(redis: str) -> None:
    """Eight threads with a connection each race; the sum never exceeds the limit."""
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _n: spent(Budget("day", 5000, 100), ALL, 30), range(8)))
    assert sum(done) == 100


def test_second_is_bounded_and_passes(redis: str) -> None:
    given = Budget("second", 10, 100_000)
    started = time.monotonic()
    done = spent(given, ALL, 400)
    seconds = time.monotonic() - started
    assert 10 <= done <= 10 * (int(seconds) + 2)


def test_reads_leave_room_for_step1_and_both_for_step2(redis: str) -> None:
    given = Budget("shares", 5000, 100)
    assert spent(given, READ, 200) == 80
    assert not given.has_room(READ)
    assert spent(given, STEP1, 200) == 10
    assert spent(given, ALL, 200) == 10
    with pytest.raises(Throttled) as full:
        given.spend(ALL)
    assert full.value.retry_after is not None
    assert 0 < full.value.retry_after <= rate_budget.DAY


def test_looking_takes_nothing(redis: str) -> None:
    given = Budget("look", 5000, 1)
    assert all(given.has_room(ALL) for _time in range(5))
    given.spend(ALL)
    assert not given.has_room(ALL)


def test_keys_do_not_share(redis: str) -> None:
    spent(Budget("one", 5000, 3), ALL, 5)
    assert Budget("another", 5000, 3).has_room(ALL)


def test_without_redis_a_process_keeps_to_its_part() -> None:
    assert spent(Budget("alone", 5000, 100), ALL, 60) == 100 // rate_budget.LOCAL_PART


@pytest.mark.django_db
def test_every_kind_of_vendor_call_is_counted() -> None:
    project = make_project(calls_per_day=4 * rate_budget.LOCAL_PART)
    project.api_key = "counted"
    client = vendor_client.client_for(project, ALL)
    calls = (
        lambda: client.get_submission("x"),
        lambda: client.find_by_userid("x"),
        lambda: client.step2({}, {}),
        lambda: client.image("x", "selfieImage"),
        lambda: client.delete("x", "admin"),
    )
    refused = 0
    for call in calls:
        try:
            call()
        except Throttled:
            refused += 1
        except Exception:
            continue
    assert refused == 1


@pytest.mark.django_db
def test_call_without_room_stays_prepared_and_its_try_unspent() -> None:
    submission = make_at(Status.STEP2_SENDING)
    Project.objects.filter(pk=submission.project_id).update(calls_per_day=1, calls_per_second=1)
    project = reload(submission).project
    spent(vendor_client.budget_of(project), ALL, 3)
    assert ledger.take_lease() is None
    assert submission.open_call.state == CallState.PREPARED


@pytest.mark.django_db
def test_call_throttled_at_the_last_moment_is_given_back_uncounted() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = ledger.take_lease()
    assert call is not None
    worker._failed(call, Throttled("used up", retry_after=30))
    call.refresh_from_db()
    assert (call.state, call.undelivered, reload(submission).selfies_sent) == (CallState.PREPARED, 0, 0)
    assert reload(submission).project.undelivered_in_row == 0


@pytest.mark.django_db
def test_nearest_deadline_goes_first_when_room_is_short() -> None:
    project = make_project()
    later, sooner = make_at(Status.CONFIRMING, project=project), make_at(Status.CONFIRMING, project=project)
    earlier = sooner.deadline_at - timedelta(hours=3)
    Submission.objects.filter(pk=sooner.pk).update(deadline_at=earlier)
    for submission in (later, sooner):
        submit.send_step2(reload(submission), by=by(submission.created_by))
    claimed = ledger.take_lease()
    assert claimed is not None
    assert claimed.submission_id == sooner.pk
