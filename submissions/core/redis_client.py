"""The Redis client with one circuit breaker per process. Redis may be flushed or unavailable at any time."""

import logging
import threading
import time
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

log = logging.getLogger(__name__)

TIMEOUT = 0.5
QUIET_AFTER_FAILURE = 5.0  # seconds without another attempt

_lock = threading.Lock()
_silent_until = 0.0


class RedisUnavailable(Exception):
    """Redis does not answer (or did not a moment ago)."""

    def __str__(self) -> str:
        return "no answer from Redis"


def connect(timeout: float) -> "redis.Redis":
    """Return a client of the broker; each command may take `timeout` seconds."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=timeout, socket_timeout=timeout)


@lru_cache(maxsize=4)
def _connection(url: str) -> Any:
    return connect(TIMEOUT)


def is_away() -> bool:
    """Return whether Redis failed less than `QUIET_AFTER_FAILURE` ago, so that this process does not wait."""
    return time.monotonic() < _silent_until


def note_failure(error: Exception) -> None:
    global _silent_until
    with _lock:
        _silent_until = time.monotonic() + QUIET_AFTER_FAILURE
    log.warning("Redis does not answer (%s); for some seconds each process goes by what it knows", type(error).__name__)


def run_script(script: str, keys: list[str], args: list[Any]) -> Any:
    """Run one Lua script, which Redis executes atomically.

    Raises:
        RedisUnavailable: Redis does not answer.
    """
    if is_away():
        raise RedisUnavailable
    try:
        return _connection(settings.REDIS_URL).eval(script, len(keys), *keys, *args)
    except (redis.RedisError, OSError) as error:
        note_failure(error)
        raise RedisUnavailable from error


def forget_failure() -> None:
    """Close the circuit breaker: at start and after a change of the address."""
    global _silent_until
    _silent_until = 0.0
    _connection.cache_clear()
