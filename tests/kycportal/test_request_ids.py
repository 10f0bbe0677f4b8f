"""One id from the request to the task that it wakes and to the lines about the vendor call."""

import logging
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import structlog
from django.test import Client

from argos.client import Exchange
from kycportal import request_ids
from kycportal.celery import app
from submissions.outbox import instrumentation
from submissions.vendor_sync import worker
from tests.factories import make_at

GIVEN = "proxy-id-0001"


def test_usable_id_of_a_proxy_is_kept_and_given_back(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": GIVEN}).headers["X-Request-ID"] == GIVEN


@pytest.mark.parametrize("given", ["", "short", "kim@example.com", "a" * 65, "with space-0001", "line\nbreak-001"])
def test_other_ids_are_made_again(given: str) -> None:
    made = request_ids.usable(given)
    assert made != given
    assert request_ids.USABLE.fullmatch(made)


@pytest.mark.django_db
def test_request_is_logged_by_its_route(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="kycportal.request_ids")
    client.get("/accounts/login/?next=/submissions/", headers={"X-Request-ID": GIVEN})
    told: Any = caplog.records[-1]
    assert (told.route, told.method, told.status) == ("/accounts/login/", "GET", 200)
    assert "next" not in str(vars(told))


def test_health_checks_are_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="kycportal.request_ids")
    client.get("/healthz")
    assert not caplog.records


def test_task_carries_the_id_of_the_request_that_woke_it() -> None:
    sent: dict[str, Any] = {}
    with structlog.contextvars.bound_contextvars(request=GIVEN):
        request_ids._send_along(headers=sent)
    assert sent[request_ids.TASK_HEADER] == GIVEN


def test_worker_binds_what_the_task_carries_and_lets_go() -> None:
    request = SimpleNamespace(headers={request_ids.TASK_HEADER: GIVEN})
    request_ids._bind(task=SimpleNamespace(name="t", request=request), task_id="task-1")
    assert structlog.contextvars.get_contextvars() == {"request": GIVEN, "task": "task-1"}
    request_ids._let_go(task_id="task-1")
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.slow
def test_id_arrives_through_a_real_message() -> None:
    """Publish to a broker and consume in a worker: Celery passes our header on."""
    from celery.contrib.testing.worker import start_worker

    seen: list[dict[str, Any]] = []

    @app.task(name="tests.look_at_ids")
    def look() -> None:
        seen.append(dict(structlog.contextvars.get_contextvars()))

    with structlog.contextvars.bound_contextvars(request=GIVEN):
        look.apply_async()
    with start_worker(app, perform_ping_check=False, pool="solo"):
        pass
    assert [told["request"] for told in seen] == [GIVEN]


@pytest.mark.django_db
def test_vendor_lines_carry_the_call(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def ask(call: Any, client: Any, files: Any) -> mock.Mock:
        instrumentation.note(Exchange("step1", 0.2, 200))
        seen.append(dict(structlog.contextvars.get_contextvars()))
        return mock.Mock()

    submission = make_at("step1_sending")
    monkeypatch.setattr(worker, "_ready", lambda call: {})
    monkeypatch.setitem(worker.ASKS, "step1", ask)
    monkeypatch.setitem(worker.TAKES, "step1", lambda call, reply: None)
    monkeypatch.setattr(worker.gate, "note_contact", lambda project, answered: None)
    structlog.contextvars.clear_contextvars()
    assert worker.send_next()
    assert seen == [{"call": str(submission.open_call.pk), "operation": "step1"}]
