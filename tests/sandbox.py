"""The sandbox as a fixture: a real HTTP server in a thread, and a client for its control API."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from argos.client import Client
from argos.sandbox.knobs import Project
from argos.sandbox.server import serve
from argos.sandbox.state import State

KEY = "sandbox-key-standard"


class Control:
    def __init__(self, url: str) -> None:
        self.url = url

    def _call(self, name: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        reply = requests.request(method, f"{self.url}/{name}", json=body, timeout=10)
        assert reply.status_code == 200, reply.text
        return reply.json()

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

    def now(self) -> float:
        """Return the sandbox's clock, in seconds since 1970."""
        return float(self._call("clock")["now"])

    def ocr(self, email: str, **read: str) -> None:
        self._call("ocr", {"email": email, "read": read})

    def status(self, submission_id: str, status: str, codes: tuple[str, ...] = ()) -> None:
        self._call("status", {"submission_id": submission_id, "status": status, "codes": list(codes)})

    def faults(self, *faults: dict[str, Any], **more: Any) -> None:
        """Set faults with the members of `argos.sandbox.knobs.Fault`; `seed=` makes chances repeatable."""
        self._call("faults", {"faults": list(faults), **more})

    def reset(self) -> None:
        self._call("reset", {})

    def webhook(self, submission_id: str, trigger: str) -> None:
        self._call("webhook", {"submission_id": submission_id, "trigger": trigger})

    def webhooks(self) -> list[dict[str, Any]]:
        """Return the sent webhooks with the receiver's status."""
        posted: list[dict[str, Any]] = self._call("webhooks")
        return posted

    def body(self) -> tuple[str, bytes]:
        """Return (content type, bytes) of the last received call."""
        found = self._call("body")
        return found["content_type"], base64.b64decode(found["base64"])

    def counts(self, endpoint: str, subject: str = "") -> dict[str, int]:
        """Return the numbers of received, processed and refused calls, of one submission or of all.

        A restart keeps them.
        """
        rows = [row for row in self._call("counts") if row["endpoint"] == endpoint and subject in ("", row["subject"])]
        return {name: sum(row[name] for row in rows) for name in ("came", "processed", "refused")}

    def received(self, endpoint: str = "") -> list[dict[str, Any]]:
        return [call for call in self._call("received") if endpoint in ("", call["endpoint"])]

    def calls(self) -> list[dict[str, Any]]:
        """Return all received calls, oldest first; `became`: taken, refused or neither."""
        found: list[dict[str, Any]] = self._call("calls")
        return found

    def submissions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("submissions")
        return found


class Sandbox:
    def __init__(self, base_url: str, control_url: str) -> None:
        self.base_url, self.control = base_url, Control(control_url)

    def client(self, api_key: str = KEY, **options: Any) -> Client:
        return Client(self.base_url, api_key, **{"read_timeout": 10, **options})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    state = State()
    state.projects[KEY] = Project(key=KEY)
    server = serve(state)
    yield Sandbox(server.base_url, server.control_url)
    server.shutdown()
    server.server_close()
