"""What every test shares: no network but loopback, and the sandbox."""

import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from kycportal import messages
from tests.sandbox import sandbox

__all__ = ["sandbox"]

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_configure() -> None:
    messages.compile_all()


LOOPBACK = ("127.", "localhost", "::1")


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test does may leave this machine, but for the contract tests with a key of the real vendor."""
    if request.node.get_closest_marker("vendor"):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
