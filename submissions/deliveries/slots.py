"""Limit the threads that deliveries occupy, so that they never delay calls to ARGOS.

Deliveries of a process get at most half of its threads, one endpoint at most four fifths of these, and an endpoint that
fails one thread at a time. A slow receiver delays neither ARGOS nor the other receivers.
"""

import threading
from collections import Counter
from typing import Self
from uuid import UUID

_lock = threading.Lock()
_held: Counter[UUID] = Counter()
_entered = 0
_threads = 8


def set_thread_count(threads: int) -> None:
    """Set the number of threads of this process; called once when its worker starts."""
    global _threads
    _threads = threads


def limit() -> int:
    return max(1, _threads // 2)


def endpoint_limit(is_failing: bool) -> int:
    return 1 if is_failing else max(1, limit() * 4 // 5)


class Slot:
    """One thread that delivers; falsy if all are occupied. It belongs to no endpoint until `enter` succeeds."""

    def __init__(self) -> None:
        self.is_taken = False
        self.endpoint: UUID | None = None

    def __enter__(self) -> Self:
        global _entered
        with _lock:
            self.is_taken = _entered < limit()
            _entered += self.is_taken
        return self

    def __exit__(self, *exc: object) -> None:
        global _entered
        self.leave()
        with _lock:
            _entered -= self.is_taken

    def enter(self, endpoint: UUID, *, is_failing: bool) -> bool:
        """Occupy this thread for the endpoint; return whether it may have one more."""
        with _lock:
            if _held[endpoint] >= endpoint_limit(is_failing):
                return False
            _held[endpoint] += 1
            self.endpoint = endpoint
            return True

    def leave(self) -> None:
        with _lock:
            if self.endpoint is not None:
                _held[self.endpoint] -= 1
                self.endpoint = None
