"""Start a process for a benchmark and wait until it responds."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench import ROOT

EVERY, WITHIN = 0.05, 60.0  # seconds


@contextmanager
def running(command: Sequence[str], is_ready: Callable[[], object], what: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command until the block ends. `is_ready`: raises OSError until the process responds; `what`: its name."""
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(is_ready, what)
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_until(is_ready: Callable[[], object], what: str) -> None:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        try:
            is_ready()
        except OSError:  # so are the connection errors of requests and http.client
            time.sleep(EVERY)
        else:
            return
    raise SystemExit(f"{what} does not respond")
