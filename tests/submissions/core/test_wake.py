"""Wake-ups: a lost one costs seconds, and a task that processes everything needs one queued, not a thousand."""

from collections.abc import Callable
from typing import Any

import pytest

from submissions.core import redis_client, task_queue
from submissions.vendor_sync import webhooks
from tests.factories import make_project

Caught = Callable[..., Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(task_queue, "_send", asked.append)
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "woken"), [(0, 1), (1, 0), (7, 0)])
def test_one_that_waits_is_enough(
    sent: list[str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Caught,
    length: int,
    woken: int,
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(
        task_queue.redis_client, "run_script", lambda _script, keys, _args: asked.append(keys) or length
    )
    with django_capture_on_commit_callbacks(execute=True):
        task_queue.unless_waiting(task_queue.CONFIRM)
        assert not asked, "not before the row is committed: the one that waits could be taken in between"
    assert asked == [["webhooks"]]
    assert sent == [task_queue.CONFIRM] * woken


@pytest.mark.django_db
def test_nobody_to_ask_wakes(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Caught
) -> None:
    def gone(*_args: object) -> int:
        raise redis_client.RedisUnavailable

    monkeypatch.setattr(task_queue.redis_client, "run_script", gone)
    with django_capture_on_commit_callbacks(execute=True):
        task_queue.unless_waiting(task_queue.CONFIRM)
    assert sent == [task_queue.CONFIRM]


@pytest.mark.django_db
def test_doubled_webhook_wakes_nobody(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Caught
) -> None:
    monkeypatch.setattr(task_queue.redis_client, "run_script", lambda *_args: 0)
    project = make_project()
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(3):
            webhooks.store(project, b"{}", "application/json", None)
    assert sent == [task_queue.CONFIRM]
