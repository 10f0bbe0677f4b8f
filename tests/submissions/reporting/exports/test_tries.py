"""A failed export waits before its next attempt, longer each time, and is given up after the third."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage

from submissions.core import clock
from submissions.models import ExportState, Role
from submissions.reporting.exports import generate
from tests.factories import make_user
from tests.submissions.reporting.exports.files import ask, made

pytestmark = pytest.mark.django_db


def test_broken_storage_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    export = ask(make_user(Role.OFFICER))

    def broken(*_arguments: Any) -> str:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", broken)
        generate.make_waiting(most=1)
    export.refresh_from_db()
    assert export.state == ExportState.WAITING
    with time_machine.travel(clock.now() + generate.BACKOFF + timedelta(seconds=1)):
        assert made(export).state == ExportState.DONE


def test_failed_try_waits_longer_each_time_before_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    export = ask(make_user(Role.OFFICER))
    began: list[timedelta] = []

    def broken(*_arguments: Any) -> str:
        began.append(clock.now() - export.asked_at)
        raise OSError("disk full")

    monkeypatch.setattr(default_storage, "save", broken)
    for minute in range(20):
        with time_machine.travel(export.asked_at + timedelta(minutes=minute, seconds=1), tick=False):
            generate.make_waiting()
            generate.make_waiting()
    export.refresh_from_db()
    assert [round(after.total_seconds() / 60) for after in began] == [0, 2, 6]
    assert (export.state, export.failure) == (ExportState.FAILED, "interrupted")
