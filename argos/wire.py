"""Bytes out, bytes in, under one deadline. Knows HTTP and sockets, nothing of what a reply means.

A read timeout bounds one wait on the socket, not a call: a reply that drips, or an upload nobody drains, can outlast it
for ever. So an alarm cuts the call's own socket when its time is up. Whether the connection ever stood tells apart what
was never delivered from what may have been, which the library's exceptions alone do not.
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

from argos.alarm import Alarm
from argos.errors import OutcomeUnknown, Undelivered
from argos.received import Received
from argos.replies.reading import moment

MAX_REPLY_BYTES = 16_000_000
_CHUNK_BYTES = 65_536
_AGENT = requests.utils.default_user_agent()
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Deadline:
    """Cuts the sockets of one call when `seconds` are over. `opened`: the connection stood, so bytes may have left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.opened = False
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._alarm = Alarm(seconds, self._cut)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._alarm.cancel()

    def watch(self, sock: socket.socket) -> None:
        """Refuses a socket that comes too late: nothing may be sent once the time is up."""
        with self._lock:
            self._sockets.append(sock)
            if self.expired:
                raise TimeoutError("the time for this call is up")

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            for sock in self._sockets:
                # Past SSLSocket's own shutdown, which would swap the object under the thread that reads from it.
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
        """TLS hands the descriptor to a new socket object, which has to be watched in its turn."""
        super().connect()
        self.deadline.watch(self.sock)
        self.deadline.opened = True
        # The library would go on by the time for connecting, in which a whole image would have to leave.
        self.sock.settimeout(self.deadline.seconds)


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    """The same, and what it stands before is the connection by TLS."""


class _OneCall(HTTPAdapter):
    """No retries (requests' default of 0 stays) and connections that answer to the cutoff."""

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
    """What came back, and its headers without regard to case. When nothing whole did: `Undelivered`, `OutcomeUnknown`.

    Ends within `connect_timeout + read_timeout` seconds of its start; after that not one byte leaves. A resolver that
    hangs longer can only delay the error.
    """
    failure = ""
    with Deadline(connect_timeout + read_timeout) as deadline, closing(_OneCall(deadline)) as adapter:
        try:
            return _talk(adapter, deadline, request, (connect_timeout, read_timeout))
        except _FAILURES as error:
            failure = _kind_of(error, deadline)
    # Raised outside the handler: the library's text holds the address with its query, and would travel as context.
    raise OutcomeUnknown(failure) if deadline.opened else Undelivered(failure)


def _talk(
    adapter: _OneCall, deadline: Deadline, request: requests.Request, timeout: tuple[float, float]
) -> tuple[Received, Mapping[str, str]]:
    """Without a session, which would read the environment (its proxies and .netrc could send the key elsewhere, or
    replace it), follow redirects, and make four pools of connections for one call.
    """
    # One connection a call: a reused one that died leaves open whether the call was processed.
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
    # A cut looks like the end of a reply that names no length.
    if deadline.expired:
        raise TimeoutError("cut")
    return bytes(raw)


# The innermost known cause, in words that hold nothing of the request.
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
    said = next((words for kind, words in _WORDS if any(isinstance(cause, kind) for cause in causes)), None)
    return said or "the exchange failed"


def _causes_of(error: BaseException | None) -> list[BaseException]:
    """The error with everything wrapped in it: as context, as `reason`, or as an argument."""
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
