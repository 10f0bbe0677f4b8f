"""Counts over all processes, in a real Redis-compatible server."""

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from argos.client import Exchange
from submissions.audit.events import SYSTEM
from submissions.core import metrics as core_metrics
from submissions.core import redis_client
from submissions.models import CallState
from submissions.models.call import CAPTURED
from submissions.outbox import deadline_sweep, instrumentation, ledger
from submissions.outbox import metrics as outbox_metrics
from tests.broker import redis
from tests.factories import make_at

__all__ = ["redis"]


def test_counts_of_all_processes_add_up(redis: str) -> None:
    for _process in range(3):
        core_metrics.count("call", "step2", "answered")
    assert core_metrics.read() == {("call", "step2", "answered"): 3}


def test_exchange_falls_into_its_bucket(redis: str) -> None:
    for seconds in (0.01, 0.2, 0.3, 700.0):
        instrumentation.note(Exchange("step2", seconds, 200))
    instrumentation.note(Exchange("step2", 1.0, failure="unknown"))
    counts = core_metrics.read()
    assert counts["vendor", "le", "step2", "2xx", "0.05"] == 1
    assert counts["vendor", "le", "step2", "2xx", "0.25"] == 1
    assert counts["vendor", "le", "step2", "2xx", "+Inf"] == 1
    assert counts["vendor", "ms", "step2", "2xx"] == 700_510
    assert counts["vendor", "le", "step2", "unknown", "1.0"] == 1


def test_nobody_waits_for_a_count_while_redis_is_gone() -> None:
    core_metrics.count("call", "step2", "answered")
    with pytest.raises(redis_client.RedisUnavailable):
        core_metrics.read()


@pytest.mark.django_db
def test_ledger_counts_what_it_writes_once_it_is_committed(
    redis: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        submission = make_at("step2_sending")
        ledger.cancel_prepared(submission, CAPTURED, by=SYSTEM, why="deadline")
        assert ("call", "step2", "cancelled") not in core_metrics.read()
    counts = core_metrics.read()
    assert counts["call", "step1", "answered"] == 1
    assert counts["call", "step2", "cancelled"] == 1
    assert counts["miss", "call_too_late"] == 1


@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        ({"state": CallState.PREPARED}, "given_back"),
        ({"state": CallState.SETTLED, "settled_as": "adopted"}, "settled_adopted"),
        ({"state": CallState.SENT, "settled_as": ""}, "sent"),
    ],
)
def test_outcome_is_the_state_in_words(columns: dict[str, str], outcome: str) -> None:
    assert outbox_metrics.outcome_of(columns["state"], columns) == outcome


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "kind"), [("incomplete", "overdue"), ("confirming", "abandoned")])
def test_missed_deadline_is_counted(
    redis: str, status: str, kind: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    submission = make_at(status)
    with django_capture_on_commit_callbacks(execute=True):
        deadline_sweep._close(submission)
    assert core_metrics.read()["miss", kind] == 1
