"""The health check of a container: exit code 0 only for a process that works."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from kycportal import health, healthcheck, workers
from submissions.core import redis_client


class Portal(BaseHTTPRequestHandler):
    """Answers /healthz for one host name only, as ALLOWED_HOSTS does."""

    def do_GET(self) -> None:
        is_known = self.headers["Host"] == "kyc.example.com" and self.path == "/healthz"
        self.send_response(200 if is_known else 400)
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def portal(settings: Any) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PORT = server.server_port
    yield server
    server.shutdown()
    server.server_close()


def test_web_is_asked_by_the_public_name(portal: HTTPServer, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.PUBLIC_URL = "https://kyc.example.com"
    assert healthcheck.main(["web"]) == 0
    settings.PUBLIC_URL = "https://other.example.com"
    assert healthcheck.main(["web"]) == 1
    assert capsys.readouterr().err == "web: NotWorking: /healthz answers 400\n"


def test_web_that_does_not_listen_is_unhealthy(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.PORT = 1
    assert healthcheck.main(["web"]) == 1
    assert "ConnectionRefusedError" in capsys.readouterr().err


def reported(monkeypatch: pytest.MonkeyPatch, name: str, *, seconds_ago: float) -> None:
    entry = [name.encode(), f"{time.time() - seconds_ago:.0f} 40 1".encode()]
    monkeypatch.setattr(redis_client, "run_script", lambda *arguments: entry)
    monkeypatch.setattr("socket.gethostname", lambda: "container-1")


@pytest.mark.parametrize(
    ("name", "seconds_ago", "code"), [("container-1:7", 2, 0), ("container-2:7", 2, 1), ("container-1:7", 60, 1)]
)
def test_worker_must_have_reported_from_this_container(
    monkeypatch: pytest.MonkeyPatch, name: str, seconds_ago: float, code: int
) -> None:
    reported(monkeypatch, name, seconds_ago=seconds_ago)
    assert healthcheck.main(["worker"]) == code


def test_pool_sums_the_workers_that_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported(monkeypatch, "container-2:7", seconds_ago=2)
    assert workers.pool() == workers.Pool(workers=1, threads=40, busy=1)


@pytest.mark.parametrize(("beats", "code"), [(1, 0), (0, 1)])
def test_beat_needs_a_heartbeat(monkeypatch: pytest.MonkeyPatch, beats: int, code: int) -> None:
    class Broker:
        def exists(self, key: str) -> int:
            assert key == health.HEARTBEAT
            return beats

    monkeypatch.setattr(health, "broker", Broker)
    assert healthcheck.main(["beat"]) == code


def test_unknown_process_is_an_error_of_use() -> None:
    assert healthcheck.main(["database"]) == 2
