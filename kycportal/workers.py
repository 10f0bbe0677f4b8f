"""Report the number of threads and busy threads of every worker to Redis every few seconds."""

import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery.signals import heartbeat_sent, worker_init, worker_ready
from celery.worker.state import active_requests

from submissions.core import redis_client
from submissions.deliveries import slots
from submissions.vendor_sync import concurrency

KEY = "kycportal:workers"
BOOT = Path("/proc/sys/kernel/random/boot_id")
REPORT_EVERY = 5.0  # seconds
VALID_FOR = 30.0
# A thread works for 1 to 2 ms between its waits. With Python's default of 5 ms, thirty threads spent 5 % of a call and
# more on switching; with a much longer interval, calls wait behind an export.
INTERPRETER_FOR = 0.01  # seconds that a thread may keep the interpreter while others wait
_SET = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) redis.call('EXPIRE', KEYS[1], 600) return 0"
_NEXT = "local n = redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], 2592000) return n"
_ALL = "return redis.call('HGETALL', KEYS[1])"
_NAME = f"{socket.gethostname()}:{os.getpid()}"
_reported: dict[str, float] = {"threads": 0, "at": 0.0}


@dataclass(frozen=True)
class Pool:
    """All workers that reported within `VALID_FOR` seconds."""

    workers: int
    threads: int
    busy: int


@worker_init.connect
def _stay_on_one_core(**_rest: Any) -> None:
    """Bind this process to one core. Its threads inherit this from the main thread.

    The interpreter runs one thread at a time. Threads that moved between cores needed a third more CPU time for a call,
    and the rate of calls was a quarter lower.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[_start_number() % len(cores)]})


def _start_number() -> int:
    """Return the number of this start among those on this machine, so that the next worker takes the next core.

    Containers of one machine share its boot, but each has process ids and a host name of its own.
    """
    try:
        return int(redis_client.run_script(_NEXT, [f"{KEY}:{BOOT.read_text().strip()}"], []))
    except (OSError, redis_client.RedisUnavailable):
        return os.getpid()


@worker_ready.connect
def _start_reporting(sender: Any = None, **_rest: Any) -> None:
    sys.setswitchinterval(INTERPRETER_FOR)
    _reported["threads"] = getattr(sender.pool, "limit", 0) or 0
    concurrency.set_thread_count(int(_reported["threads"]))
    slots.set_thread_count(int(_reported["threads"]))
    report(at_once=True)


@heartbeat_sent.connect
def _report_regularly(**_rest: Any) -> None:
    report()


def report(*, at_once: bool = False) -> None:
    if not at_once and time.monotonic() - _reported["at"] < REPORT_EVERY:
        return
    _reported["at"] = time.monotonic()
    try:
        redis_client.run_script(
            _SET, [KEY], [_NAME, f"{time.time():.0f} {_reported['threads']:.0f} {len(active_requests)}"]
        )
    except redis_client.RedisUnavailable:
        return


def pool() -> Pool:
    """Return the sums of all workers.

    Raises:
        RedisUnavailable: Redis does not answer.
    """
    alive = _alive().values()
    return Pool(len(alive), sum(threads for threads, _busy in alive), sum(busy for _threads, busy in alive))


def is_on_this_host() -> bool:
    """Return whether a worker with this host name reported lately; each container has a host name of its own.

    Raises:
        RedisUnavailable: Redis does not answer.
    """
    return any(name.rpartition(":")[0] == socket.gethostname() for name in _alive())


def _alive() -> dict[str, tuple[int, int]]:
    """Return threads and busy threads of each worker that reported within `VALID_FOR` seconds, by its name."""
    entries = [bytes(entry).decode() for entry in redis_client.run_script(_ALL, [KEY], [])]
    reports = {name: report.split() for name, report in zip(entries[::2], entries[1::2], strict=True)}
    return {
        name: (int(threads), int(busy))
        for name, (at, threads, busy) in reports.items()
        if time.time() - float(at) < VALID_FOR
    }
