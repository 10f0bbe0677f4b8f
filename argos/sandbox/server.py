"""HTTP: routes, keys, multipart, faults, the Date header, and the control API under /_control/."""

import email.parser
import email.policy
import hashlib
import json
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from copy import copy
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from argos.sandbox import control, index, records, steps, webhooks
from argos.sandbox.steps import Answer
from argos.sandbox.world import Fault, Kyc, Project, World

PREFIX = "/v3/"
GATEWAY_BODIES: dict[str, tuple[int, str, bytes]] = {
    "403_key": (403, "application/json", b'{"message":"Forbidden"}'),
    "403_ip": (
        403,
        "application/json",
        b'{"message":"User is not authorized to access this resource with an explicit deny"}',
    ),
    "413": (413, "application/json", b'{"message":"Request Entity Too Large"}'),
    "429": (429, "application/json", b'{"message":"Too Many Requests"}'),
    "400": (400, "application/json", b'{"errorCode":"data_processing_error","message":"data processing error"}'),
    "500": (500, "application/json", b'{"message":"Internal Server Error"}'),
    "502": (502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "junk": (200, "application/json", b'{"kycStatus": "pend'),
    "empty": (200, "application/json", b""),
}


class Cut(Exception):
    """The connection is closed without a reply."""


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what was received is asked for by the control API."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        world = self.server.world
        return formatdate(timestamp or world.now() + world.knobs.date_skew, usegmt=True)

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if parts.path.startswith("/_control/"):
                self._send_json(*control.answer(self.server.world, method, parts.path, body))
            elif parts.path == "/":
                self._send(200, "text/html; charset=utf-8", index.page())
            else:
                self._serve_api(method, parts.path, query, body)
        except Cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _serve_api(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        route = ROUTES.get((method, path.removeprefix(PREFIX))) if path.startswith(PREFIX) else None
        world = self.server.world
        project = world.projects.get(self.headers.get("x-api-key", ""))
        if route is None:
            self._send_json(404, {"message": "Missing Authentication Token"})
            return
        fault = self._fault(route)
        if fault and fault.when == "before":
            self._suffer(fault)
            if fault.kind != "slow":
                return
        if project is None:
            self._send(*GATEWAY_BODIES["403_key"])
            return
        if not project.allowed:
            self._send(*GATEWAY_BODIES["403_ip"])
            return
        answered = self._process(route, project, query, body)
        if fault and fault.when == "after":
            self._suffer(fault)
            if fault.kind != "slow":
                return
        self._reply(answered)

    def _process(self, route: str, project: Project, query: dict[str, str], body: bytes) -> Answer | bytes:
        world = self.server.world
        with world.locked():
            for kyc in world.sweep():
                webhooks.emit(world, kyc, webhooks.hints_of(kyc, "incomplete", is_new=False, retried=False))
        fields, files = self._body(body)
        self._note(route, fields, files, query)
        with world.locked():
            before = {key: copy(kyc) for key, kyc in world.submissions.items() if key == fields.get("submissionId")}
            known = set(world.submissions)
            answered = _answer(world, project, route, query, fields, files)
            self._emit(world, fields, answered, known, before)
        return answered

    def _emit(
        self, world: World, fields: dict[str, Any], answered: Answer | bytes, known: set[str], before: dict[str, Kyc]
    ) -> None:
        if isinstance(answered, bytes) or answered[0] != 200:
            return
        submission_id = str(fields.get("submissionId") or answered[1].get("submissionId") or "")
        kyc = world.submissions.get(submission_id)
        if kyc is None:
            return
        old = before.get(submission_id)
        retried = "retry" in answered[1]
        hints = webhooks.hints_of(
            kyc, old.status if old else "incomplete", is_new=submission_id not in known, retried=retried
        )
        webhooks.emit(world, kyc, hints)

    def _body(self, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            return _multipart(kind, body)
        try:
            parsed = json.loads(body) if body else {}
        except ValueError:
            parsed = {}
        return (parsed if isinstance(parsed, dict) else {}), {}

    def _note(self, route: str, fields: dict[str, Any], files: dict[str, bytes], query: dict[str, str]) -> None:
        shown = {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        }
        world = self.server.world
        entry = {"endpoint": route, "at": world.now(), "fields": fields, "files": shown, "query": query}
        with world.locked():
            world.received.append(entry)
            del world.received[:-5000]

    def _fault(self, route: str) -> Fault | None:
        world = self.server.world
        with world.locked():
            for fault in world.faults:
                if fault.endpoint not in (route, "*") or self.server.random.random() >= fault.chance:
                    continue
                if fault.times == 1:
                    world.faults.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return fault
        return None

    def _suffer(self, fault: Fault) -> None:
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        elif fault.kind == "cut":
            raise Cut
        else:
            self._send(*GATEWAY_BODIES[fault.kind])

    def _reply(self, answered: Answer | bytes) -> None:
        if isinstance(answered, bytes):
            self._send(200, "image/jpeg", answered)
        elif self.server.world.knobs.encrypts:
            self._send_json(200, {"data": "q83vEjRWeJA="})
        else:
            self._send_json(*answered)

    def _send_json(self, status: int, body: Any) -> None:
        self._send(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


def _multipart(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    fields: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None:
            fields[name] = content.decode("utf-8", "replace")
        else:
            files[name] = content
    return fields, files


ROUTES = {
    ("POST", "submission/step1"): "step1",
    ("POST", "submission/step2"): "step2",
    ("GET", "submission"): "get",
    ("DELETE", "submission"): "delete",
    ("POST", "submission/review"): "review",
    ("POST", "submission/validationaccount"): "account",
    ("GET", "image"): "image",
    ("POST", "Address_code"): "address",
}
Rule = Callable[[World, Project, dict[str, Any]], Answer | bytes]
BY_QUERY: dict[str, Rule] = {"get": records.get, "delete": records.delete, "image": records.image}
BY_BODY: dict[str, Rule] = {
    "review": records.review,
    "account": records.validate_account,
    "address": records.address_code,
}


def _answer(
    world: World, project: Project, route: str, query: dict[str, str], fields: dict[str, Any], files: dict[str, bytes]
) -> Answer | bytes:
    if route == "step1":
        return steps.step1(world, project, fields, files)
    if route == "step2":
        return steps.step2(world, project, fields, files)
    if route in BY_QUERY:
        return BY_QUERY[route](world, project, query)
    return BY_BODY[route](world, project, fields)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, port: int = 0, seed: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.random = random.Random(seed)  # noqa: S311 (faults, not secrets)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v3"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/_control"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is weather here, not a fault of the sandbox."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def serve(world: World, port: int = 0) -> Server:
    """Start in a thread; `shutdown()` stops it."""
    server = Server(world, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
