"""Start a server that a test needs as a process of its own, wait for it, and end it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

READY_WITHIN = 60  # seconds


@contextmanager
def serving(*arguments: str, asks: str) -> Iterator[None]:
    """Run the server.

    `arguments`: of the interpreter. `asks`: the URL that responds, with any status, once it is up.
    """
    server = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(asks)
        yield
    finally:
        server.kill()
        server.wait(10)


def wait_for(url: str) -> None:
    started = time.monotonic()
    while time.monotonic() - started < READY_WITHIN:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")
