"""Counters and histograms of all hosts and processes, in one Redis hash that /metrics reads.

No process keeps counts of its own, so any process can serve them, and workers need no port. When Redis is flushed the
counts restart at 0, as after the restart of a process; exact figures are in the ledger and the events.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from submissions.core import redis_client

KEY = "kyc:tally"
SEP = "|"
# Upper bounds in seconds; a call may take as long as its project's timeouts allow.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
BEYOND = "+Inf"
_ADD = "for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end return 0"
_ALL = "return redis.call('HGETALL', KEYS[1])"
_thread = threading.local()


@contextmanager
def sent_together() -> Iterator[None]:
    """Send all counts of this thread in one command when the block ends. If the process dies first, they are lost."""
    _thread.waiting = []
    try:
        yield
    finally:
        waiting, _thread.waiting = _thread.waiting, None
        if waiting:
            _send(waiting)


def count(name: str, *labels: str) -> None:
    _add((name, *labels), 1)


def took(name: str, seconds: float, *labels: str) -> None:
    """Add a duration to the histogram of `name`."""
    bucket = next((str(end) for end in BUCKETS if seconds <= end), BEYOND)
    milliseconds = max(0, round(seconds * 1000))
    _ask([_field((name, "le", *labels, bucket)), 1, _field((name, "ms", *labels)), milliseconds])


def read() -> dict[tuple[str, ...], int]:
    """Return all counts by name and labels.

    Raises:
        RedisUnavailable: Redis does not answer.
    """
    flat = [
        part.decode() if isinstance(part, bytes) else str(part) for part in redis_client.run_script(_ALL, [KEY], [])
    ]
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {tuple(field.split(SEP)): int(value) for field, value in pairs}


def _add(parts: tuple[str, ...], by: int) -> None:
    _ask([_field(parts), by])


def _ask(arguments: list[Any]) -> None:
    waiting: list[Any] | None = getattr(_thread, "waiting", None)
    if waiting is None:
        _send(arguments)
    else:
        waiting += arguments


def _send(arguments: list[Any]) -> None:
    try:
        redis_client.run_script(_ADD, [KEY], arguments)
    except redis_client.RedisUnavailable:
        return  # `redis_client` logs it; no caller depends on a count


def _field(parts: tuple[str, ...]) -> str:
    return SEP.join(parts)
