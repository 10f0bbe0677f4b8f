"""gunicorn's threaded worker for a portal without a buffering proxy in front of it.

gunicorn's own worker reads each request in one of its few threads without a time limit, so eight half-sent requests
block it. Here separate threads read whole requests within deadlines, with a limit of connections per address. The few
threads that run the portal (`--threads`) get only complete requests. If readers or memory run out, the address that
uses most of them loses a connection, so that slow clients cannot block the others.

    gunicorn kycportal.wsgi --worker-class kycportal.listener.Worker --threads 4
"""

import io
import socket
import sys
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

READERS = 200  # threads that read or wait; a slow client occupies one until its deadline
MAX_READ = 150  # connections that are being read; above it the heaviest address loses one
FROM_ONE_ADDRESS = 16  # connections; a browser opens six
HEAD_SECONDS = 10.0  # for the TLS handshake and all header lines
PIECE, PIECE_SECONDS = 64 * 1024, 10.0  # the body: at least this many bytes in this many seconds
WHOLE_SECONDS = 300.0  # the whole body
MAX_BYTES = 72 * 1024 * 1024  # of one body; the portal's own limits are lower
MAX_HELD = 256 * 1024 * 1024  # of all bodies that are being read or handled
# A page that waits for the database must not wait again for each interval of a thread that handles an image.
SWITCH_SECONDS = 0.0005  # Python's default is ten times as long
SEND_SECONDS = 30.0  # for one piece of a response that the client does not read


def _address(conn: TConn) -> str:
    return str(conn.client[0]) if isinstance(conn.client, tuple) else ""


class Refused(Exception):
    """The body is not read to its end; has the status and reason for the client."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Worker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.connections: weakref.WeakSet[TConn] = weakref.WeakSet()
        self.deadlines: dict[TConn, float] = {}  # of connections that are being read
        self.held: dict[TConn, int] = {}  # bytes of their bodies
        self.room = threading.Lock()  # one reader at a time closes connections

    def init_process(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        super().init_process()

    def run(self) -> None:
        super().run()
        self.readers.shutdown(wait=False, cancel_futures=True)
        self._cut(list(self.deadlines))

    def enqueue_req(self, conn: TConn) -> None:
        """Read the request in a reader thread; close a connection above the limit of its address."""
        if self._is_one_too_many(conn):
            self.nr_conns -= 1
            conn.close()
            return
        if len(self.deadlines) >= MAX_READ and (heaviest := self._heaviest(dict.fromkeys(dict(self.deadlines), 1))):
            self._cut([heaviest])
            self.deadlines.pop(heaviest, None)
        self.deadlines[conn] = time.monotonic() + HEAD_SECONDS  # from now, because it may wait for a reader
        future = self.readers.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _is_one_too_many(self, conn: TConn) -> bool:
        """Return whether the address has too many connections; never behind our proxies, which set their own limits."""
        if conn in self.connections:
            return False
        self.connections.add(conn)
        if settings.TRUSTED_PROXY_HOPS or not isinstance(conn.client, tuple):
            return False
        same = (other for other in self.connections if other.client[0] == conn.client[0])
        return sum(1 for other in same if other.sock.fileno() >= 0) > FROM_ONE_ADDRESS

    def murder_pending(self) -> None:
        """End connections past their deadline too; gunicorn calls this at least once per second."""
        super().murder_pending()
        now = time.monotonic()
        self._cut([conn for conn, deadline in list(self.deadlines.items()) if deadline < now])

    def _heaviest(self, weights: dict[TConn, int]) -> TConn | None:
        """Return the heaviest connection, still being read, of the heaviest address; with equal weights the oldest.

        A request that is being handled is not closed. Behind our proxies all clients count as one address.
        """
        read = {conn: weight for conn, weight in weights.items() if conn in self.deadlines}
        by_address: Counter[str] = Counter()
        for conn, weight in read.items():
            by_address[_address(conn)] += weight
        return max(read, key=lambda conn: (by_address[_address(conn)], read[conn]), default=None)

    def _cut(self, late: list[TConn]) -> None:
        """Shut the sockets down to end the reading threads. TLS objects may be in use there and stay untouched."""
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
        """Handle a request with a complete body in one of the portal's threads."""
        req.body = self._whole_body(req, conn)
        self.deadlines.pop(conn, None)
        conn.sock.settimeout(SEND_SECONDS)
        return self.tpool.submit(super().handle_request, req, conn).result()

    def _whole_body(self, req: Any, conn: TConn) -> io.BytesIO:
        """Read the body into memory, because images of faces must not be in temporary files."""
        headers = dict(req.headers)
        if req._expected_100_continue:
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            req._expected_100_continue = False  # else gunicorn sends it again
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
        """Close connections of the heaviest address above the memory limit, so that four bodies cannot block all.

        Raises:
            Refused: this connection is the heaviest.
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
