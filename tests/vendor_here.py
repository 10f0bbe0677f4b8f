"""The sandbox's rules in this process, without sockets, on a clock that a test moves: for thousands of calls."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests
from django.utils import timezone

from argos import wire
from argos.errors import OutcomeUnknown, Undelivered
from argos.received import Received
from argos.sandbox import endpoints
from argos.sandbox.hints import payload
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import Project, State
from submissions.core import clock
from tests.sandbox import KEY

CHANGING = ("step1", "step2", "review", "delete", "account")
FAULTS = ("fine", "undelivered", "lost_before", "lost_after", "5xx_before", "5xx_after", "junk_after")


class VendorHere:
    """`fault` applies to the next changing call. Reads always succeed; the sandbox's own knob makes them lag."""

    def __init__(self) -> None:
        self.state = State()
        self.state.projects[KEY] = Project(key=KEY)
        self.state.knobs.looks_at_faces = False
        self.fault = "fine"
        self.sent: list[dict[str, Any]] = []  # every processed and accepted changing call

    def advance(self, **delta: float) -> None:
        self.state.offset += timedelta(**delta).total_seconds()

    def now(self) -> datetime:
        return timezone.now() + timedelta(seconds=self.state.offset)

    @contextmanager
    def installed(self) -> Iterator[None]:
        with mock.patch.object(wire, "exchange", self.exchange), mock.patch.object(clock, "now", self.now):
            yield

    def exchange(
        self, request: requests.Request, *, connect_timeout: float, read_timeout: float
    ) -> tuple[Received, Mapping[str, str]]:
        prepared = request.prepare()
        address = urlsplit(str(prepared.url))
        endpoint = endpoints.ROUTES[str(prepared.method), address.path.removeprefix("/v3/")]
        fault = self.fault if endpoint in CHANGING else "fine"
        if endpoint in CHANGING:
            self.fault = "fine"
        if fault == "undelivered":
            raise Undelivered("the connection was refused")
        if fault == "lost_before":
            raise OutcomeUnknown("the connection broke off")
        if fault == "5xx_before":
            return self._received(500, b'{"message":"Internal Server Error"}')
        kind = prepared.headers.get("Content-Type", "")
        call = endpoints.read(endpoint, dict(parse_qsl(address.query)), kind, _whole(prepared.body))
        status, content = self._process(call)
        if fault == "lost_after":
            raise OutcomeUnknown("no reply within the time allowed")
        if fault == "5xx_after":
            return self._received(502, b"<html>Bad Gateway</html>")
        return self._received(status, b'{"kycStatus": "pend' if fault == "junk_after" else content)

    def _process(self, call: endpoints.Call) -> tuple[int, bytes]:
        with self.state.locked():
            self.state.sweep()
            answered = endpoints.answer(self.state, self.state.projects[KEY], call)
            if call.endpoint in CHANGING and answered.is_taken:
                digest = hashlib.sha256(call.files["faceImage"]).hexdigest() if "faceImage" in call.files else ""
                entry = {"endpoint": call.endpoint, "subject": call.subject, "selfie": digest, "at": self.state.now()}
                self.sent.append(entry)
        if isinstance(answered.body, bytes):
            return answered.status, answered.body
        return answered.status, json.dumps(answered.body).encode()

    def _received(self, status: int, content: bytes) -> tuple[Received, Mapping[str, str]]:
        date = datetime.fromtimestamp(int(self.state.now()), UTC)
        return Received(status, content, date, 0.01), {"Content-Type": "application/json"}

    def submissions(self) -> list[Kyc]:
        with self.state.locked():
            self.state.sweep()
            return list(self.state.submissions.values())

    def hint(self, kyc: Kyc) -> bytes:
        """Return the webhook of its present state."""
        trigger = {"pending": "submit", "incomplete": "created"}.get(kyc.status, kyc.status)
        return json.dumps(payload(kyc, trigger)).encode()


def _whole(body: Any) -> bytes:
    """Return the body as received: nothing, JSON as one piece, or a form in several."""
    if isinstance(body, bytes):
        return body
    return b"".join(body) if body else b""
