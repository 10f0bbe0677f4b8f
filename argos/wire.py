"""Send bytes and receive bytes under one deadline. This module knows HTTP and sockets, not the meaning of a reply.

A read timeout bounds one wait on the socket, not the whole call: a reply that arrives byte by byte, or an upload that
nobody reads, can exceed it without end. So a timer closes the call's socket at the deadline. Whether a connection was
established distinguishes "not delivered" from "possibly delivered", which the library's exceptions do not.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

from argos.errors import OutcomeUnknown, Undelivered
from argos.received import Received
from argos.replies.reading import moment
from argos.timers import Timer

MAX_REPLY_BYTES = 16_000_000
_CHUNK_BYTES = 65_536
_AGENT = requests.utils.default_user_agent()
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Deadline:
    """Close the sockets of one call after `seconds`.

    `opened`: a connection was established, so bytes may have been sent.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.opened = False
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = Timer(seconds, self._cut)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()

    def watch(self, sock: socket.socket) -> None:
        """Register a socket. Refuse one that comes after the deadline, so that nothing is sent then."""
        with self._lock:
            self._sockets.append(sock)
            if self.expired:
                raise TimeoutError("the time for this call is up")

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            for sock in self._sockets:
                # Not SSLSocket's own shutdown, which would swap the object under the thread that reads from it.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _WatchedHTTP(HTTPConnection):
    deadline: Deadline

    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = deadline

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self.deadline.watch(sock)
        return sock

    def connect(self) -> None:
        """Register the TLS socket too, because TLS moves the descriptor to a new socket object."""
        super().connect()
        self.deadline.watch(self.sock)
        self.deadline.opened = True
        # The library would keep the connect timeout, within which a whole image would have to be sent.
        self.sock.settimeout(self.deadline.seconds)


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    """The same for a connection with TLS."""


class _OneCall(HTTPAdapter):
    """An adapter without retries (the default 0 of requests) whose connections obey the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._cutoff = deadline

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> ConnectionPool:
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **kwargs)  # type: ignore[assignment]
        pool.ConnectionCls = _WatchedHTTPS if pool.scheme == "https" else _WatchedHTTP
        pool.conn_kw["deadline"] = self._cutoff
        return pool


def exchange(
    request: requests.Request, *, connect_timeout: float, read_timeout: float
) -> tuple[Received, Mapping[str, str]]:
    """Return the response with case-insensitive headers. Without a whole response: `Undelivered` or `OutcomeUnknown`.

    It ends within `connect_timeout + read_timeout` seconds of its start; after that no byte is sent. Only a DNS
    resolver that takes longer can delay the error.
    """
    failure = ""
    with Deadline(connect_timeout + read_timeout) as deadline, closing(_OneCall(deadline)) as adapter:
        try:
            return _talk(adapter, deadline, request, (connect_timeout, read_timeout))
        except _FAILURES as error:
            failure = _kind_of(error, deadline)
    # Raised outside the handler: the library's message contains the URL with its query and would become the context.
    raise OutcomeUnknown(failure) if deadline.opened else Undelivered(failure)


def _talk(
    adapter: _OneCall, deadline: Deadline, request: requests.Request, timeout: tuple[float, float]
) -> tuple[Received, Mapping[str, str]]:
    """Send without a session.

    A session would read the environment (its proxies and .netrc could redirect or replace the key), follow redirects,
    and create four connection pools for one call.
    """
    # One connection per call: if a reused connection breaks, it is unknown whether the call was processed.
    request.headers |= {"Connection": "close", "Accept-Encoding": "identity", "User-Agent": _AGENT}
    started = time.monotonic()
    with adapter.send(request.prepare(), timeout=timeout, stream=True) as response:
        raw = _read(response, deadline)
        received = Received(response.status_code, raw, moment(response.headers.get("Date")), time.monotonic() - started)
        return received, response.headers


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    raw = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        raw += chunk
        if len(raw) > MAX_REPLY_BYTES:
            raise ValueError("too long")
    # A closed socket looks like the end of a reply without a length.
    if deadline.expired:
        raise TimeoutError("cut")
    return bytes(raw)


# The innermost known cause, in words without any content of the request.
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "the vendor's host name could not be found"),
    (urllib3.exceptions.NewConnectionError, "the connection was refused"),
    (urllib3.exceptions.ConnectTimeoutError, "no connection within the time allowed"),
    (urllib3.exceptions.SSLError, "no secure connection could be made"),
    (urllib3.exceptions.ReadTimeoutError, "no reply within the time allowed"),
    (TimeoutError, "no reply within the time allowed"),
    (urllib3.exceptions.ProtocolError, "the connection broke off"),
    (ConnectionError, "the connection broke off"),
    (requests.exceptions.InvalidURL, "the address is not usable"),
    (ValueError, "the reply could not be read"),
)


def _kind_of(error: BaseException, deadline: Deadline) -> str:
    if deadline.expired:
        return "no whole reply within the time allowed"
    causes = _causes_of(error)
    reason = next((words for kind, words in _WORDS if any(isinstance(cause, kind) for cause in causes)), None)
    return reason or "the exchange failed"


def _causes_of(error: BaseException | None) -> list[BaseException]:
    """Yield the error and all errors inside it: as context, as `reason`, or as an argument."""
    causes: list[BaseException] = []
    waiting = [error]
    while waiting and len(causes) < 20:
        current = waiting.pop()
        if current is None or current in causes:
            continue
        causes.append(current)
        inner = [getattr(current, "reason", None), current.__context__, *current.args]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]
    return causes
