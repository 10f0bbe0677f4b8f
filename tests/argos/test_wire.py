"""Network faults: the exception for each kind, and that no call exceeds its time."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from argos.client import Client, ImageFile
from argos.errors import OutcomeUnknown, Undelivered, VendorError
from tests.argos.conftest import OK, SELFIE, Behaviour, read_request

Start = Callable[[Behaviour], str]
SECRET = "applicant@example.com"


def send(base_url: str, *, connect: float = 1, read: float = 1) -> None:
    client = Client(base_url, "test-key", connect_timeout=connect, read_timeout=read)
    client.step2({"submissionId": "abc", "name": "Jane Doe"}, SELFIE)


def look_up(base_url: str) -> None:
    Client(base_url, "test-key", connect_timeout=1, read_timeout=1).find_by_email(SECRET)


def reset(conn: socket.socket) -> None:
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def test_refused_connection_was_not_delivered(absent_vendor: str) -> None:
    with pytest.raises(Undelivered) as caught:
        send(absent_vendor)
    assert str(caught.value) == "the connection was refused"
    assert caught.value.received is None


def test_unknown_host_was_not_delivered() -> None:
    with pytest.raises(Undelivered, match="host name could not be found"):
        send("http://vendor.invalid")


def test_connect_timeout_was_not_delivered() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:  # fills the backlog, so that the next connection is not accepted
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        with pytest.raises(Undelivered, match="no connection within the time"):
            send(f"http://127.0.0.1:{full.getsockname()[1]}", connect=0.2)
        for other in waiting:
            other.close()


def test_failed_tls_handshake_was_not_delivered(rude_vendor: Start) -> None:
    address = rude_vendor(lambda conn: conn.sendall(b"HTTP/1.1 400 no TLS here\r\n\r\n"))
    with pytest.raises(Undelivered, match="secure connection"):
        send(address.replace("http://", "https://"))


def test_stalled_tls_handshake_was_not_delivered_and_ends_in_time(rude_vendor: Start) -> None:
    held = threading.Event()
    address = rude_vendor(lambda conn: bool(held.wait(20)) and None)
    started = time.monotonic()
    with pytest.raises(Undelivered):
        send(address.replace("http://", "https://"), connect=0.3, read=0.3)
    held.set()
    assert time.monotonic() - started < 10


def answer_with(body: bytes) -> Behaviour:
    def behave(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(body)

    return behave


def reset_at_once(conn: socket.socket) -> None:
    conn.recv(1)
    reset(conn)


def reset_after_reading(conn: socket.socket) -> None:
    read_request(conn)
    reset(conn)


CUT_SHORT = OK + b'Content-Length: 500\r\n\r\n{"kycStatus":"approved"}'

UNKNOWN: dict[str, Behaviour] = {
    "reset before the request was read": reset_at_once,
    "reset after the request was read": reset_after_reading,
    "closed without a reply": lambda conn: bool(read_request(conn)) and None,
    "not HTTP": answer_with(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "cut short": answer_with(CUT_SHORT),
    "half a header": answer_with(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "broken chunks": answer_with(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
    "bad gzip": answer_with(OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\njunk"),
    "empty 200": answer_with(OK + b"Content-Length: 0\r\n\r\n"),
    "no content": answer_with(b"HTTP/1.1 204 No Content\r\n\r\n"),
}


@pytest.mark.parametrize("behaviour", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_broken_exchange_leaves_the_outcome_unknown(rude_vendor: Start, behaviour: Behaviour) -> None:
    with pytest.raises(OutcomeUnknown):
        send(rude_vendor(behaviour))


def read_slowly(conn: socket.socket) -> None:
    """Read ten megabytes in more than half a second, without a pause."""
    data = b""
    while not data.endswith(b"--\r\n"):
        time.sleep(0.005)
        data = data[-8:] + conn.recv(65536)
    conn.sendall(OK + b'Content-Length: 23\r\n\r\n{"kycStatus":"pending"}')


def test_image_that_leaves_slowly_has_the_time_of_the_call(rude_vendor: Start) -> None:
    """Not the time for connecting, which otherwise bounds each `sendall`."""
    client = Client(rude_vendor(read_slowly), "test-key", connect_timeout=0.3, read_timeout=60)
    image = ImageFile("faceImage.jpg", bytes(10_000_000))
    started = time.monotonic()
    assert client.step2({"submissionId": "abc"}, {"faceImage": image}).kyc_status == "pending"
    assert time.monotonic() - started > 0.3, "it was not slow enough to tell"


def test_silence_leaves_the_outcome_unknown(rude_vendor: Start) -> None:
    held = threading.Event()
    with pytest.raises(OutcomeUnknown, match="no reply within the time"):
        send(rude_vendor(lambda conn: bool(held.wait(20)) and None), read=0.3)
    held.set()


def drip(prefix: bytes) -> Behaviour:
    """Send one byte at a time within the read timeout, without end from the client's view."""

    def behave(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(prefix)
        for _ in range(400):
            conn.sendall(b" ")
            time.sleep(0.05)

    return behave


@pytest.mark.parametrize(
    "prefix",
    [b"HTTP/1.1 200 OK\r\nX-Slow:", OK + b"Content-Length: 9000\r\n\r\n", OK + b'\r\n{"kycStatus":"approved"}'],
    ids=["in the headers", "in the body", "after a body without length"],
)
def test_dripping_reply_is_cut_at_the_deadline(rude_vendor: Start, prefix: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="no whole reply"):
        send(rude_vendor(drip(prefix)), connect=0.3, read=0.3)
    assert time.monotonic() - started < 10  # sending byte by byte alone takes twenty seconds


def test_upload_that_nobody_drains_is_cut_at_the_deadline(rude_vendor: Start) -> None:
    def sip(conn: socket.socket) -> None:
        for _ in range(400):
            conn.recv(1024)
            time.sleep(0.05)

    client = Client(rude_vendor(sip), "test-key", connect_timeout=0.3, read_timeout=0.3)
    large = SELFIE["faceImage"].__class__("face.jpg", bytes(8_000_000))
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        client.step2({"submissionId": "abc"}, {"faceImage": large})
    assert time.monotonic() - started < 10


def test_endless_reply_is_given_up(rude_vendor: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("argos.wire.MAX_REPLY_BYTES", 1000)
    with pytest.raises(OutcomeUnknown):
        send(rude_vendor(answer_with(OK + b"Content-Length: 5000\r\n\r\n" + b" " * 5000)))


def test_nothing_is_sent_twice(rude_vendor: Start) -> None:
    connections: list[bytes] = []

    def refuse_after_reading(conn: socket.socket) -> None:
        connections.append(read_request(conn))
        reset(conn)

    with pytest.raises(OutcomeUnknown):
        send(rude_vendor(refuse_after_reading))
    assert len(connections) == 1
    assert b"Connection: close" in connections[0]


@pytest.mark.parametrize("behaviour", [reset_after_reading, answer_with(b"HTTP/1.1 500 no\r\n\r\n" + SECRET.encode())])
def test_error_texts_hold_nothing_personal(rude_vendor: Start, behaviour: Behaviour) -> None:
    with pytest.raises(VendorError) as caught:
        look_up(rude_vendor(behaviour))
    error = caught.value
    told = f"{error} {error!r} {error.received!r}"
    assert SECRET not in told
    assert "applicant" not in told
    assert "test-key" not in told
    assert error.__context__ is None  # the library's own message contains the URL with its query


def test_proxy_of_the_environment_is_not_used(rude_vendor: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    seen = rude_vendor(answer_with(OK + b'Content-Length: 12\r\n\r\n{"Items":[]}'))
    client = Client(seen, "test-key", connect_timeout=1, read_timeout=1)
    assert client.get_submission("abc") is None


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"Date: Mon, 23 Nov 2026 20:00:00 GMT\r\n", datetime(2026, 11, 23, 20, tzinfo=UTC)),
        (b"Date: yesterday\r\n", None),
        (b"", None),
    ],
)
def test_reply_carries_the_vendors_clock(rude_vendor: Start, header: bytes, told: datetime | None) -> None:
    body = b'{"kycStatus":"pending"}'
    address = rude_vendor(answer_with(OK + header + b"Content-Length: %d\r\n\r\n" % len(body) + body))
    received = Client(address, "test-key", connect_timeout=1, read_timeout=1).step2({}, SELFIE).received
    assert received.date == told
    assert (received.status, received.raw) == (200, body)
