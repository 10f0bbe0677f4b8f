"""Real servers on loopback that play the destination of the audit stream: a collector over HTTPS, syslog over TLS."""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kycportal import https


class Collector(ThreadingHTTPServer):
    """Keeps the body and headers of each POST; answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posts)
        self.status = 204
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []


class _Posts(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.headers.append(dict(self.headers))
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.status < 300:
            self.server.bodies.append(body)
        self.send_response(self.server.status)
        self.send_header("Location", "https://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


class Syslog(socketserver.ThreadingTCPServer):
    """Reads octet-counted messages until the sender closes TLS, then closes too. `breaks`: resets one connection."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Frames)
        self.context, self.breaks = context, False
        self.messages: list[str] = []

    def texts(self) -> list[str]:
        """Return the JSON of each message."""
        return [message[message.index("{") :] for message in self.messages]


class _Frames(socketserver.BaseRequestHandler):
    server: Syslog

    def handle(self) -> None:
        with self.server.context.wrap_socket(self.request, server_side=True) as secure:
            stream = secure.makefile("rb")
            while digits := self._digits(stream):
                self.server.messages.append(stream.read(int(digits)).decode())
                if self.server.breaks:
                    self.server.breaks = False
                    return  # with unread data, so that the sender gets a reset
            secure.unwrap()

    def _digits(self, stream: Any) -> bytes:
        digits = b""
        while (one := stream.read(1)).isdigit():
            digits += one
        return digits


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a self-signed certificate for 127.0.0.1, and the server's context with it."""
    folder.mkdir(exist_ok=True)
    with patch.object(https, "own_address", lambda: "127.0.0.1"):
        path, key = https.certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return path, context


@contextmanager
def running(server: socketserver.TCPServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def lines_of(body: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]
