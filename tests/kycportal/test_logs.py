"""Log lines: JSON with the bound ids, without values; plain ones for a terminal."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured

from argos.errors import OutcomeUnknown
from kycportal import logs
from kycportal.run import free_port
from tests.stack import ROOT


@pytest.fixture(autouse=True)
def _nothing_bound() -> Iterator[None]:
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()


def line(form: str, record: logging.LogRecord) -> str:
    """Return the line that the configured handler would write."""
    formatters = logs.config(form)["formatters"]
    if form == "plain":
        formatter = logging.Formatter(formatters["plain"]["format"])
    else:
        given = dict(formatters["json"])
        formatter = given.pop("()")(**given)
    for kind in (logs.Routes, logs.Ids):
        kind().filter(record)
    return formatter.format(record)


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("submissions.x", logging.INFO, "x.py", 1, message, args, more.pop("exc_info", None))
    vars(made).update(more)
    return made


def test_json_line_has_the_ids_that_are_bound() -> None:
    structlog.contextvars.bind_contextvars(request="r-12345678", call="c-1")
    told = json.loads(line("json", record("sent %s", "KP-1", ms=3.5)))
    assert told["event"] == "sent KP-1"
    assert (told["request"], told["call"], told["ms"], told["level"]) == ("r-12345678", "c-1", 3.5, "info")
    assert told["timestamp"].endswith("Z")


def test_plain_line_has_them_in_brackets() -> None:
    structlog.contextvars.bind_contextvars(request="r-12345678")
    assert line("plain", record("sent")).endswith("submissions.x sent [request=r-12345678]")


def failed(error: Exception) -> dict[str, Any]:
    try:
        raise error
    except Exception as caught:
        exc_info = (type(caught), caught, caught.__traceback__)
        told: dict[str, Any] = json.loads(line("json", record("it broke", exc_info=exc_info)))
        return told


def test_error_on_a_json_line_names_places_and_kinds_and_quotes_nothing() -> None:
    told = failed(ValueError("invalid literal: 'minseo@example.com'"))
    assert told["error"] == ["ValueError"]
    assert told["where"][-1].endswith(" failed")
    assert "minseo" not in json.dumps(told)


def test_error_that_can_hold_nothing_personal_is_quoted() -> None:
    assert failed(OutcomeUnknown("the connection broke off"))["error"] == ["OutcomeUnknown: the connection broke off"]


def test_mail_server_that_quotes_the_recipient_is_not_quoted() -> None:
    told = failed(SMTPRecipientsRefused({"minseo@example.com": (550, b"no such user minseo")}))
    assert told["error"] == ["SMTPRecipientsRefused"]
    assert "minseo" not in json.dumps(told)
    assert failed(ConnectionRefusedError(111, "Connection refused"))["error"][0].endswith("Connection refused")


def test_address_of_a_refused_request_is_logged_as_its_route() -> None:
    path = "/webhooks/argos/secret-token/"
    match = SimpleNamespace(route="webhooks/argos/<str:token>/")
    made = record("%s: %s", "Not Found", path, request=SimpleNamespace(path=path, resolver_match=match))
    assert json.loads(line("json", made))["event"] == "Not Found: /webhooks/argos/<str:token>/"
    unmatched = record("%s: %s", "Not Found", path, request=SimpleNamespace(path=path, resolver_match=None))
    assert "secret" not in line("json", unmatched)


@pytest.mark.slow
def test_gunicorns_own_lines_are_json_too(tmp_path: Path) -> None:
    """From start to exit."""
    (tmp_path / "static").mkdir()
    given = {**os.environ, "LOG_FORMAT": "json", "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": ""}
    command = [sys.executable, "-m", "gunicorn", "kycportal.wsgi", "--preload", "--bind", f"127.0.0.1:{free_port()}"]
    given = {name: value for name, value in given.items() if value}
    with subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        lines = [next(server.stderr) for _line in range(4)]
        server.send_signal(signal.SIGTERM)
        lines += server.stderr.readlines()
    said = [json.loads(one)["event"] for one in lines]
    assert said[0].startswith("Starting gunicorn")
    assert any(one.startswith("Shutting down") for one in said)


def test_gunicorns_error_tells_no_address() -> None:
    made = record("Error handling request %s", "/webhooks/argos/secret-token/")
    made.name = logs.GUNICORN
    assert "secret" not in line("json", made)


def test_unknown_format_is_refused_in_words() -> None:
    with pytest.raises(ImproperlyConfigured, match="neither json nor plain"):
        logs.config("xml")


def test_terminal_is_not_flooded() -> None:
    """The lines of each request and exchange are for machines."""
    assert logs.config("plain")["loggers"]["submissions.outbox.instrumentation"]["level"] == "WARNING"
    assert "submissions.outbox.instrumentation" not in logs.config("json")["loggers"]
