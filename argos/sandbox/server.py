"""Serve HTTP: the key, the Date header, and the order of receiving, faults, processing and replying.

`endpoints` holds the rules.
"""

import json
import socket
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from argos.sandbox import control, endpoints, fault_injection, index, liveform
from argos.sandbox.answers import Answer
from argos.sandbox.endpoints import Call
from argos.sandbox.knobs import Fault, Project
from argos.sandbox.state import State
from argos.sandbox.webhook_sender import CIPHERTEXT

PREFIX = "/v3/"
Reply = tuple[int, str, bytes]


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing; the control API shows the received calls."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        state = self.server.state
        return formatdate(timestamp or state.now() + state.knobs.date_skew, usegmt=True)

    def _serve(self) -> None:
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if address.path.startswith("/_control/"):
                self._send(*_json(*control.answer(self.server.state, self.command, address.path, body)))
            elif address.path == "/":
                self._send(200, "text/html; charset=utf-8", index.page())
            elif address.path == liveform.PATH:
                self._serve_liveform(query, body)
            else:
                self._serve_api(address.path, query, body)
        except fault_injection.ConnectionCut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _serve_liveform(self, query: dict[str, str], body: bytes) -> None:
        with self.server.state.locked() as state:
            state.sweep()
            shown = liveform.finish(state, body) if self.command == "POST" else liveform.page(state, query)
        self._send(200, "text/html; charset=utf-8", shown)

    def _serve_api(self, path: str, query: dict[str, str], body: bytes) -> None:
        found = endpoints.route(self.command, path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        if found is None:
            self._send(*fault_injection.GATEWAY["404"])
            return
        endpoint, query = found[0], query | found[1]
        content_type = self.headers.get("Content-Type", "")
        call = endpoints.read(endpoint, query, content_type, body)
        entry, fault = self._arrive(call, content_type, body)
        time.sleep(self.server.state.knobs.latency)
        struck = fault_injection.apply(fault) if fault and fault.when == "before" else None
        if struck:
            self._send(*struck)
            return
        reply = self._checked(call, entry)
        struck = fault_injection.apply(fault) if fault and fault.when == "after" else None
        self._send(*(struck or reply), is_half=fault is not None and fault.kind == "half")

    def _arrive(self, call: Call, content_type: str, body: bytes) -> tuple[dict[str, Any], Fault | None]:
        state = self.server.state
        with state.locked():
            entry = call.shown(state.now())
            came = state.count_call(entry, (content_type, body))
            kyc = state.submissions.get(call.subject)
            asked = fault_injection.choose(state.faults, call.endpoint, call.subject, state.random)
            return entry, asked or fault_injection.fault_of_case(call.endpoint, kyc.email if kyc else "", came)

    def _checked(self, call: Call, entry: dict[str, Any]) -> Reply:
        """Apply the gateway's own checks, then the rules."""
        project = self.server.state.projects.get(self.headers.get("x-api-key", ""))
        if project is None:
            return fault_injection.GATEWAY["403_key"]
        if not project.allowed:
            return fault_injection.GATEWAY["403_ip"]
        return self._processed(project, call, entry)

    def _processed(self, project: Project, call: Call, entry: dict[str, Any]) -> Reply:
        state = self.server.state
        with state.locked():
            state.sweep()
            answered = endpoints.answer(state, project, call)
            state.count_processed(entry, is_refused=not answered.is_taken)
            return _reply(answered, encrypts=state.knobs.encrypts)

    def _send(self, status: int, content_type: str, body: bytes, *, is_half: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_half else body)
        self.close_connection = True
        if is_half:
            raise fault_injection.ConnectionCut


def _json(status: int, body: Any) -> Reply:
    """Return JSON; a lone surrogate is sent as its JSON escape."""
    return status, "application/json", json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace")


def _reply(answered: Answer, *, encrypts: bool) -> Reply:
    if isinstance(answered.body, bytes):
        kind = "image/png" if answered.body.startswith(b"\x89PNG") else "image/jpeg"
        return 200, kind, answered.body
    return _json(answered.status, {"data": CIPHERTEXT} if encrypts else answered.body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, state: State, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v3"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/_control"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that closes its connection; this is expected, not an error of the sandbox."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def serve(state: State, port: int = 0) -> Server:
    """Start in a thread; `shutdown()` stops it."""
    server = Server(state, port)
    # A short poll interval: `shutdown` waits for the next poll, and tests start and stop hundreds.
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
