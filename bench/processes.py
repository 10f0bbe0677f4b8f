"""Start a process for a benchmark and wait until it responds."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

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


@contextmanager
def shell(command: str, environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Run a shell command with this Python's programs first on the path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=ROOT, env={**environment, "PATH": path})
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def portal(environment: Mapping[str, str]) -> Iterator[dict[str, psutil.Process]]:
    """Run web, worker and beat as the Procfile does."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    with ExitStack() as stack:
        yield {name: stack.enter_context(shell(lines[name], environment)) for name in ("web", "worker", "beat")}


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
