"""Fixtures of all tests: no network except loopback, and the sandbox."""

import gc
import math
import socket
from collections.abc import Iterator
from typing import Any

import django.test
import pytest
import time_machine
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, settings

from kycportal import messages
from submissions.core import clock
from submissions.models import Event
from tests import scale
from tests.sandbox import sandbox
from tests.seen_once import seen_once

__all__ = ["sandbox", "seen_once"]

# The duration of one example depends on other load of the machine more than on the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_configure() -> None:
    messages.compile_all()


def pytest_report_header() -> str:
    return scale.header()


# A test with one of these fixtures requests whole pages or uses HTTP.
SERVERS = {"client", "sandbox"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that request pages or use HTTP as integration tests; `make test-unit` leaves them out."""
    for item in items:
        asks = SERVERS & set(getattr(item, "fixturenames", ()))
        if asks or getattr(getattr(item, "module", None), "Client", None) is django.test.Client:
            item.add_marker("integration")
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    _start_with_long_files(items)


def _start_with_long_files(items: list[pytest.Item]) -> None:
    """Put the files with a long test first: at the end, one process would run it while the others wait."""
    long = {item.path for item in items if item.get_closest_marker("drill")}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in long, item.path not in slow))


def pytest_collection_finish() -> None:
    """Leave what is imported and collected out of all later garbage collections; they took 6 % of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)


@pytest.fixture
def stopped_clock() -> Iterator[None]:
    """Stop the clock, so that no period of a rate limit ends during the test."""
    with time_machine.travel(clock.now(), tick=False):
        yield


LOOPBACK = ("127.", "localhost", "::1")


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block all connections that leave this machine, except for the contract tests with a key of the real vendor."""
    if request.node.get_closest_marker("vendor"):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _looks_at_no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cache that all vendors are on this host; a test that depends on the projects calls `policy.forget_look()`."""
    monkeypatch.setattr("submissions.accounts.mfa.policy._looked", [(math.inf, False)])


# Events of viewing and of trying, which are recorded without any other change.
LOOKS = {
    "looked", "image_opened", "image_preloaded", "revealed", "not_allowed", "access_report_opened", "reports_opened",
    "report_downloaded", "aml_looked", "webhooks_opened", "api_request",
    "evidence_pack_made", "export_downloaded", "exported", "import_downloaded",
    "subject_exported", "phone_link_mailed", "vendor_asked",
    "signed_in", "signed_out", "session_expired", "proved_again", "sign_in_failed", "locked_out",
    "second_factor_failed", "single_sign_on_refused", "address_look_up_tested",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _changes_are_atomic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if an event of a change is written outside a transaction of the product."""
    insert = Event.objects.create

    def guarded(**columns: Any) -> Any:
        is_look = columns["kind"] in LOOKS or "shown" in columns.get("fields", {})
        blocks = transaction.get_connection().atomic_blocks
        if not is_look and all(block._from_testcase for block in blocks):
            raise AssertionError(f"{columns['kind']} is recorded outside the transaction of what it tells")
        return insert(**columns)

    monkeypatch.setattr(Event.objects, "create", guarded)


@pytest.fixture(autouse=True)
def _leaves_no_language() -> Iterator[None]:
    """Reset the language, because a page leaves it active in the thread and so for the next test."""
    yield
    translation.deactivate()
