"""Forward TCP connections with a delay, as if the server were in another room: `python -m bench.delay PORT TO SECONDS`.

Half of the delay is added to each direction, so a round trip takes `SECONDS` longer. Each direction has a thread of its
own, because the timers of an event loop are rounded up to whole milliseconds.
"""

import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench import processes
from kycportal.run import free_port

CHUNK = 1 << 20


class Forward(socketserver.BaseRequestHandler):
    to: int
    half: float

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.to)) as server:
            for end in (server, self.request):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._pump, args=(server, self.request), daemon=True)
            back.start()
            self._pump(self.request, server)
            back.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(CHUNK):
                time.sleep(self.half)
                target.sendall(content)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


@contextmanager
def running(to: int, seconds: float) -> Iterator[int]:
    """Run it in a process of its own in front of the port `to`; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench.delay", str(port), str(to), str(seconds)]
    with processes.running(command, lambda: socket.create_connection(("127.0.0.1", port)).close(), "the delay"):
        yield port


if __name__ == "__main__":
    listen, Forward.to, Forward.half = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2
    Server(("127.0.0.1", listen), Forward).serve_forever()
