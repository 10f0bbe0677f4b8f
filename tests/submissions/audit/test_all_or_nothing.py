"""A change and its event are written together: if the event cannot be written, nothing changes.

A NEW ACTION THAT RECORDS AN EVENT gets one function in `recorded_actions`, `recorded_customer_actions`,
`recorded_quality_actions` or `recorded_office_actions`.
`tests/conftest.py` applies the same rule to every other test: it refuses an event outside a transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from submissions.models import Event, User
from tests import scale
from tests.submissions.audit import (
    recorded_actions,
    recorded_customer_actions,
    recorded_office_actions,
    recorded_quality_actions,
)

pytestmark = pytest.mark.django_db


def snapshot() -> dict[str, list[Any]]:
    """Return every row of every table, except for session data and recorded wake-ups."""
    models = [
        model for app in ("submissions", "mfa", "usersessions") for model in apps.get_app_config(app).get_models()
    ]
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=str)
        for model in models
        if model is not User
    } | {"users": sorted(User.objects.values_list("pk", "password", "language", "session_epoch", "one_time_until"))}


@contextmanager
def failing_events(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def broken(*args: Any, **named: Any) -> Any:
        raise RuntimeError("the record of events does not take it")

    with monkeypatch.context() as patch:
        patch.setattr(Event, "save", broken)
        patch.setattr(Event.objects, "bulk_create", broken)
        yield


@pytest.mark.parametrize("name", scale.sample([*recorded_actions.ACTIONS], 3))
def test_nothing_is_written_without_its_event(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    act = recorded_actions.ACTIONS[name]()
    before = snapshot()
    with failing_events(monkeypatch), pytest.raises(RuntimeError):
        act()
    assert snapshot() == before
    act()
    assert snapshot() != before


def test_actions_of_every_file_are_asked() -> None:
    assert recorded_actions.ACTIONS["claim"] is recorded_actions.claim
    assert recorded_actions.ACTIONS["ask_export"] is recorded_office_actions.ask_export
    assert recorded_actions.ACTIONS["close_finding"] is recorded_quality_actions.close_finding
    assert recorded_actions.ACTIONS["invite"] is recorded_customer_actions.invite
