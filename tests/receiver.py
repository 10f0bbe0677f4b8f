"""A receiver of webhooks: an HTTP server in a thread that records each request and answers as a test wants."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kycportal import https

Way = tuple[int | str, float]


@dataclass
class Got:
    """`is_accepted`: a reply of 2xx was written."""

    path: str
    headers: dict[str, str]
    body: str
    at: float
    is_accepted: bool = False


@dataclass
class Receiver:
    """`status` and `delay` apply to the next requests; "cut" closes the connection without a reply.

    `choose` replaces both for each request. `is_down`: connections end before a request is read.
    """

    url: str = ""
    status: int | str = 200
    delay: float = 0.0
    reply: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    choose: Callable[[], Way] | None = None
    is_down: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.got]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            content = self.rfile.read(length)
            if len(content) < length:
                return  # the client ended before its request did; no server would accept it
            body = content.decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, delay = receiver.choose() if receiver.choose else (receiver.status, receiver.delay)
            got = Got(self.path, headers, body, time.time())
            if isinstance(status, int) and 200 <= status < 300:
                got.is_accepted = True
            receiver.got.append(got)
            time.sleep(delay)
            if not isinstance(status, int):
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.reply)))
            self.end_headers()
            self.wfile.write(receiver.reply)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    receiver: Receiver

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return not self.receiver.is_down.is_set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that end a connection early; they are what some tests want."""


@contextmanager
def receiver(certificate: tuple[Path, Path] | None = None, port: int = 0) -> Iterator[Receiver]:
    """Run a receiver on loopback; with the files of a certificate and its key it speaks TLS."""
    found = Receiver()
    server = _Server(("127.0.0.1", port), _handler(found))
    server.receiver = found
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    found.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> tuple[Path, Path]:
    return https.certificate(folder)
