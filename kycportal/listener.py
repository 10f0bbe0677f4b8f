"""gunicorn's threaded worker for a portal that clients reach without a buffering proxy before it.

gunicorn's own worker reads each request in one of its few threads and waits for ever, so that eight half-sent requests
stop it. Here other threads read: each request whole, within deadlines, and so many connections from an address. The
few threads that the portal runs in (`--threads`) see only requests that have arrived. When readers or memory run out,
the address that takes most of them loses a connection, so that slow clients cannot shut the others out.

    gunicorn kycportal.wsgi --worker-class kycportal.listener.Worker --threads 8
"""

import io
import socket
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import TConn, ThreadWorker

READERS = 200  # threads that read or wait; a slow client holds one until its deadline
MAX_READ = 150  # connections that are being read; for one more the heaviest address loses one
FROM_ONE_ADDRESS = 16  # connections; a browser opens six
HEAD_SECONDS = 10.0  # for the TLS handshake and all header lines
PIECE, PIECE_SECONDS = 64 * 1024, 10.0  # the body: at least so many bytes in so many seconds
WHOLE_SECONDS = 300.0  # and all of it
MAX_BYTES = 72 * 1024 * 1024  # of one body; the portal's own limits are lower
MAX_HELD = 256 * 1024 * 1024  # of all bodies that are being read or handled
SEND_SECONDS = 30.0  # for one piece of an answer that the client does not take


def _address(conn: TConn) -> str:
    return str(conn.client[0]) if isinstance(conn.client, tuple) else ""


class Refused(Exception):
    """A body that is not read to its end: status and reason for the client."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Worker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.connections: weakref.WeakSet[TConn] = weakref.WeakSet()
        self.deadlines: dict[TConn, float] = {}  # of those that are being read
        self.held: dict[TConn, int] = {}  # bytes of their bodies
        self.room = threading.Lock()  # one reader at a time decides who gives way

    def init_process(self) -> None:
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        super().init_process()

    def run(self) -> None:
        super().run()
        self.readers.shutdown(wait=False, cancel_futures=True)
        self._cut(list(self.deadlines))

    def enqueue_req(self, conn: TConn) -> None:
        """Read it in a thread of the readers; one connection too many from an address is closed unread."""
        if self._is_one_too_many(conn):
            self.nr_conns -= 1
            conn.close()
            return
        if len(self.deadlines) >= MAX_READ and (heaviest := self._heaviest(dict.fromkeys(dict(self.deadlines), 1))):
            self._cut([heaviest])
            self.deadlines.pop(heaviest, None)
        self.deadlines[conn] = time.monotonic() + HEAD_SECONDS  # from now on: it may wait for a reader
        future = self.readers.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _is_one_too_many(self, conn: TConn) -> bool:
        """Behind proxies of ours all connections come from their addresses, and they set limits."""
        if conn in self.connections:
            return False
        self.connections.add(conn)
        if settings.TRUSTED_PROXY_HOPS or not isinstance(conn.client, tuple):
            return False
        same = (other for other in self.connections if other.client[0] == conn.client[0])
        return sum(1 for other in same if other.sock.fileno() >= 0) > FROM_ONE_ADDRESS

    def murder_pending(self) -> None:
        """Called every second at least: also end what is past its deadline."""
        super().murder_pending()
        now = time.monotonic()
        self._cut([conn for conn, deadline in list(self.deadlines.items()) if deadline < now])

    def _heaviest(self, weights: dict[TConn, int]) -> TConn | None:
        """Of the address with the most in all, the connection with the most that is still being read; else the oldest.

        A request that is being answered is not cut. Behind proxies of ours all clients count as one address.
        """
        read = {conn: weight for conn, weight in weights.items() if conn in self.deadlines}
        by_address: Counter[str] = Counter()
        for conn, weight in read.items():
            by_address[_address(conn)] += weight
        return max(read, key=lambda conn: (by_address[_address(conn)], read[conn]), default=None)

    def _cut(self, late: list[TConn]) -> None:
        """The thread that reads it sees the end of the connection. A TLS object may be in use there: leave it alone."""
        for conn in late:
            try:
                socket.socket.shutdown(conn.sock, socket.SHUT_RDWR)
            except OSError:
                continue

    def handle(self, conn: TConn) -> Any:
        self.deadlines[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        except Refused as refused:
            util.write_error(conn.sock, refused.status, refused.reason, "")
            return False
        finally:
            self.deadlines.pop(conn, None)
            self.held.pop(conn, None)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if isinstance(exc, Refused):
            raise exc
        super().handle_error(req, client, addr, exc)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """With the whole body there, in one of the threads that the portal runs in."""
        req.body = self._whole_body(req, conn)
        self.deadlines.pop(conn, None)
        conn.sock.settimeout(SEND_SECONDS)
        return self.tpool.submit(super().handle_request, req, conn).result()

    def _whole_body(self, req: Any, conn: TConn) -> io.BytesIO:
        """In memory: a face never lies in a temporary file."""
        headers = dict(req.headers)
        if req._expected_100_continue:
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            req._expected_100_continue = False  # else gunicorn says it once more
        content = io.BytesIO()
        for piece in self._pieces(req.body, conn):
            content.write(piece)
            self.held[conn] = content.tell()
            if content.tell() > MAX_BYTES:
                raise Refused(413, "Content Too Large")
            self._make_room(conn)
        if content.tell() < int(headers.get("CONTENT-LENGTH") or 0):
            raise NoMoreData
        content.seek(0)
        return content

    def _make_room(self, conn: TConn) -> None:
        """Over the limit the address that holds most gives way: four bodies that stand still must not stop all others.

        Raises:
            Refused: it is this one.
        """
        with self.room:
            while sum((held := dict(self.held)).values()) > MAX_HELD:
                heaviest = self._heaviest(held)
                if heaviest is None or heaviest is conn:
                    raise Refused(503, "Service Unavailable")
                self._cut([heaviest])
                self.held.pop(heaviest, None)

    def _pieces(self, body: Any, conn: TConn) -> Iterator[bytes]:
        whole = time.monotonic() + WHOLE_SECONDS
        while True:
            self.deadlines[conn] = min(time.monotonic() + PIECE_SECONDS, whole)
            piece = body.read(PIECE)
            if not piece:
                return
            yield piece
