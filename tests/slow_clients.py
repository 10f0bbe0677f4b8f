"""Clients that send half a request and wait, and the page times of a normal user in the meantime."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

HEAD = b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
BODY = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nus"
NOTHING = b""
HALVES = (HEAD, BODY, NOTHING)


def half_sent(port: int, sent: bytes, source: str) -> socket.socket:
    """Send half a request. `source`: a loopback address, 127.x.y.z; Linux has all of them."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    client.sendall(sent)
    return client


@contextmanager
def slow_clients(port: int, number: int, *, addresses: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as held:
        yield [
            held.enter_context(half_sent(port, HALVES[at % len(HALVES)], f"127.0.1.{1 + at % addresses}"))
            for at in range(number)
        ]


def drip(clients: list[socket.socket]) -> int:
    """Send one more byte on each connection; return how many are still open."""
    left = 0
    for client in clients:
        try:
            client.send(b"x")
            client.setblocking(False)
            left += client.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            left += 1
        except OSError:
            continue
    return left


def page_times(session: requests.Session, urls: list[str], seconds: float) -> list[float]:
    """Return the duration of each page, requested one after the other for that long."""
    taken, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        for url in urls:
            started = time.monotonic()
            assert session.get(url, timeout=30).status_code == 200, url
            taken.append(time.monotonic() - started)
    return taken
