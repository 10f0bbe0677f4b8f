"""Vendors for tests: an HTTP server, a raw socket that misbehaves as the test says, and one that is absent."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from argos.client import Client, ImageFile
from argos.paths import Paths
from argos.received import Received

Behaviour = Callable[[socket.socket], None]

SELFIE = {"faceImage": ImageFile("face.jpg", b"\xff\xd8selfie", "image/jpeg")}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def received() -> Received:
    return Received(200, b"", None, 0.1)


@pytest.fixture
def client(httpserver: HTTPServer) -> Client:
    paths = Paths(address_code="address_code")
    return Client(httpserver.url_for("/v3"), "test-key", paths=paths, connect_timeout=2, read_timeout=5)


@pytest.fixture
def rude_vendor() -> Iterator[Callable[[Behaviour], str]]:
    """Start a listener that handles every connection with the given function; return its base URL."""
    stack = contextlib.ExitStack()

    def start(behaviour: Behaviour) -> str:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=_serve, args=(listener, behaviour), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    with stack:
        yield start


@pytest.fixture
def absent_vendor() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def read_request(conn: socket.socket) -> bytes:
    """Read a whole request, by its Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += conn.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += conn.recv(65536)
    return head + b"\r\n\r\n" + body


def _serve(listener: socket.socket, behaviour: Behaviour) -> None:
    while True:
        try:
            conn, _ = listener.accept()
        except OSError:
            return
        with conn, contextlib.suppress(OSError):
            behaviour(conn)
