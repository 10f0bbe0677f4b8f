"""The sandbox as a fixture: a real HTTP server in a thread, and a client for its control API."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from argos.client import Client
from argos.sandbox.server import serve
from argos.sandbox.world import Project, World

KEY = "sandbox-key-standard"


class Control:
    def __init__(self, url: str) -> None:
        self.url = url

    def _call(self, name: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/{name}", data), timeout=10) as reply:
            return json.load(reply)

    def knobs(self, **knobs: Any) -> None:
        self._call("knobs", knobs)

    def project(self, **options: Any) -> None:
        self._call("projects", {"key": KEY, **options})

    def fault(self, endpoint: str, kind: str, when: str = "before", **more: Any) -> None:
        self._call("faults", {"faults": [{"endpoint": endpoint, "kind": kind, "when": when, **more}]})

    def no_faults(self) -> None:
        self._call("faults", {"faults": []})

    def advance(self, seconds: float) -> None:
        self._call("clock", {"advance": seconds})

    def ocr(self, email: str, **read: str) -> None:
        self._call("ocr", {"email": email, "read": read})

    def status(self, submission_id: str, status: str, codes: tuple[str, ...] = ()) -> None:
        self._call("status", {"submission_id": submission_id, "status": status, "codes": list(codes)})

    def received(self, endpoint: str = "") -> list[dict[str, Any]]:
        return [call for call in self._call("received") if endpoint in ("", call["endpoint"])]

    def submissions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("submissions")
        return found


class Sandbox:
    def __init__(self, base_url: str, control_url: str) -> None:
        self.base_url, self.control = base_url, Control(control_url)

    def client(self, **options: Any) -> Client:
        return Client(self.base_url, KEY, **{"read_timeout": 10, **options})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    world = World()
    world.projects[KEY] = Project(key=KEY)
    server = serve(world)
    yield Sandbox(server.base_url, server.control_url)
    server.shutdown()
    server.server_close()
