"""Wake-ups: a lost one costs seconds, and a task that works off all there is needs one waiting, not a thousand."""

from collections.abc import Callable
from typing import Any

import pytest

from submissions import shared, wake, webhooks
from tests.factories import make_project

Caught = Callable[..., Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(wake, "_send", asked.append)
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
    monkeypatch.setattr(wake.shared, "ask", lambda _script, keys, _args: asked.append(keys) or length)
    with django_capture_on_commit_callbacks(execute=True):
        wake.unless_waiting(wake.CONFIRM)
        assert not asked, "not before the row is committed: the one that waits could be taken in between"
    assert asked == [["webhooks"]]
    assert sent == [wake.CONFIRM] * woken


@pytest.mark.django_db
def test_nobody_to_ask_wakes(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Caught
) -> None:
    def gone(*_args: object) -> int:
        raise shared.Gone

    monkeypatch.setattr(wake.shared, "ask", gone)
    with django_capture_on_commit_callbacks(execute=True):
        wake.unless_waiting(wake.CONFIRM)
    assert sent == [wake.CONFIRM]


@pytest.mark.django_db
def test_doubled_webhook_wakes_nobody(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Caught
) -> None:
    monkeypatch.setattr(wake.shared, "ask", lambda *_args: 0)
    project = make_project()
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(3):
            webhooks.store(project, b"{}", "application/json", None)
    assert sent == [wake.CONFIRM]
