"""The listener without a proxy: 50 slow clients delay no page, and each request has a deadline."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from kycportal import https, run
from tests.slow_clients import BODY, HEAD, drip, half_sent, page_times, slow_clients
from tests.stack import ROOT

pytestmark = pytest.mark.slow
APP = """
import os
from django.conf import settings
settings.configure(TRUSTED_PROXY_HOPS=int(os.environ.get("HOPS", "0")))

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    told = str(len(body)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
    return [told]
"""


def command(port: int, *more: str) -> list[str]:
    """Return the Procfile's command with another application."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    words = line.removeprefix("web: gunicorn kycportal.wsgi --bind 0.0.0.0:${PORT:-8000} --preload ").split()
    return [sys.executable, "-m", "gunicorn", "app:application", "--bind", f"0.0.0.0:{port}", *words, *more]


def wait_until_open(port: int) -> None:
    started = time.monotonic()
    while time.monotonic() - started < 60:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@contextmanager
def listening(folder: Path, *more: str, **environment: str) -> Iterator[int]:
    """Start it; return its port. Its log is in the folder."""
    (folder / "app.py").write_text(APP)
    port = run.free_port()
    given = {"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin", **environment}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command(port, *more), env=given, stdout=log, stderr=log)
        try:
            wait_until_open(port)
            yield port
        finally:
            server.terminate()
            server.wait(40)


@pytest.fixture
def port(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    with listening(tmp_path, **getattr(request, "param", {})) as port:
        yield port


def test_fifty_slow_clients_hold_no_page_up_and_are_cut_off(port: int) -> None:
    with slow_clients(port, 50, addresses=50) as clients, requests.Session() as user:
        started = time.monotonic()
        assert max(page_times(user, [f"http://127.0.0.1:{port}/"], 5)) < 1
        while drip(clients) and time.monotonic() - started < 30:
            assert max(page_times(requests.Session(), [f"http://127.0.0.1:{port}/"], 1)) < 1
        assert drip(clients) == 0, "a byte a second keeps no connection"


def test_one_address_has_so_many_connections_and_others_are_served(port: int) -> None:
    with slow_clients(port, 100, addresses=1) as clients:
        time.sleep(1)
        assert drip(clients) <= 4 * 16, "in each of the four processes"
        assert max(page_times(requests.Session(), [f"http://127.0.0.1:{port}/"], 1)) < 1


@pytest.mark.parametrize("port", [{"HOPS": "1"}], indirect=True)
def test_behind_a_proxy_its_address_has_all_the_connections(port: int) -> None:
    with slow_clients(port, 60, addresses=1) as clients:
        time.sleep(1)
        assert drip(clients) == 60


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_body_arrives_whole_with_a_length_in_pieces_and_after_being_asked(port: int, size: int) -> None:
    content, url = b"x" * size, f"http://127.0.0.1:{port}/"
    assert requests.post(url, content, timeout=20).text == str(size)
    pieces = (content[start : start + 10_000] for start in range(0, size, 10_000))
    assert requests.post(url, pieces, timeout=20).text == str(size)
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n", "127.0.0.1") as client:
        client.sendall(f"Content-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        if size:
            assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(content)
        told = b"".join(iter(lambda: client.recv(1000), b""))
        assert told.endswith(b"\r\n" + str(size).encode())
        assert (b"Continue" in told) == (size == 0)


def answer(client: socket.socket) -> bytes:
    """Return headers and a body of one digit."""
    told = b""
    while not told.endswith((b"\r\n\r\n0", b"\r\n\r\n3")):
        more = client.recv(1000)
        assert more, told
        told += more
    return told


def test_connection_is_kept_for_the_next_request_and_a_cut_body_reaches_nobody(port: int) -> None:
    with half_sent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "127.0.0.1") as client:
        assert answer(client).endswith(b"0")
        time.sleep(0.2)
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        assert answer(client).endswith(b"3")
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na", "127.0.0.1") as client:
        client.shutdown(1)
        assert client.recv(1000) == b""


def test_body_over_the_limit_is_refused(port: int) -> None:
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n", "127.0.0.1") as client:
        try:
            for _piece in range(90):
                client.sendall(b"x" * 1_000_000)
        except OSError:
            return
        assert client.recv(1000).startswith(b"HTTP/1.1 413")


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_over_tls_half_a_handshake_holds_no_page_up_and_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "own_address", lambda: "127.0.0.1")
    certificate, key = https.certificate(tmp_path)
    with listening(tmp_path, "--certfile", str(certificate), "--keyfile", str(key)) as port:
        url, hello = f"https://127.0.0.1:{port}/", b"\x16\x03\x01\x02\x00\x01"
        with requests.Session() as user, ExitStack() as held:
            user.verify, user.trust_env = False, False  # it is self-signed, so requests does not trust it
            clients = [held.enter_context(half_sent(port, hello, f"127.0.1.{1 + at}")) for at in range(50)]
            started = time.monotonic()
            assert max(page_times(user, [url], 3)) < 1
            while drip(clients) and time.monotonic() - started < 30:
                time.sleep(1)
            assert drip(clients) == 0
            assert user.post(url, b"x" * 500_000, timeout=20).text == "500000"
    assert "Traceback" not in (tmp_path / "log").read_text()


LARGE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 74000000\r\n\r\n"


def fill(port: int, sizes: list[int], held: ExitStack) -> None:
    """Send bodies of one address that stop after so many bytes."""
    for size in sizes:
        client = held.enter_context(half_sent(port, LARGE, "127.0.0.9"))
        client.sendall(b"x" * size)
    time.sleep(3)  # until the server has read the sockets' buffers


def test_bodies_of_one_address_that_stand_still_leave_room_for_all_others(tmp_path: Path) -> None:
    piece, url = 65_536, "http://127.0.0.1:{}/"
    with listening(tmp_path, "--workers", "1") as port, ExitStack() as held:
        fill(port, [1113 * piece] * 3 + [757 * piece], held)  # one more byte exceeds the limit of 256 MB
        for _time in range(4):
            reply = requests.post(url.format(port), b"x" * 200_000, timeout=20)
            assert (reply.status_code, reply.text) == (200, "200000")


@pytest.mark.parametrize("sent", [HEAD, BODY], ids=["head", "body"])
def test_slow_clients_of_many_addresses_do_not_take_every_reader(tmp_path: Path, sent: bytes) -> None:
    with listening(tmp_path, "--workers", "1") as port, ExitStack() as held:
        for at in range(20 * 16):
            held.enter_context(half_sent(port, sent, f"127.0.1.{1 + at // 16}"))
        assert max(page_times(requests.Session(), [f"http://127.0.0.1:{port}/"], 3)) < 2
