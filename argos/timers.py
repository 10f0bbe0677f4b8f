"""Timers that share one thread, so that a call does not start a thread of its own."""

import heapq
import logging
import os
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

log = logging.getLogger(__name__)


class Timer:
    """Call `act` in `seconds` from now, unless cancelled before."""

    def __init__(self, seconds: float, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act
        _shared_thread.add(time.monotonic() + seconds, self)

    @property
    def is_cancelled(self) -> bool:
        return self._act is None

    def cancel(self) -> None:
        self._act = None

    def fire(self) -> None:
        if act := self._act:
            act()


class _TimerThread:
    """Wait for the first active timer. A timer cancelled in time rarely wakes the thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self._thread: threading.Thread | None = None

    def add(self, moment: float, timer: Timer) -> None:
        """Add a timer. Raises RuntimeError if the host cannot start another thread; the caller must then not go on."""
        with self._changed:
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="timers", daemon=True)
                thread.start()
                self._thread = thread
            heapq.heappush(self._timers, (moment, next(self._numbers), timer))
            if self._timers[0][2] is timer:
                self._changed.notify()

    def _watch(self) -> None:
        while True:
            with self._changed:
                while (left := self._left()) is None or left > 0:
                    self._changed.wait(left)
                timer = heapq.heappop(self._timers)[2]
            try:
                timer.fire()
            except Exception:
                log.exception("the action of a timer failed")

    def _left(self) -> float | None:
        """Return the seconds until the first active timer; None if there is none."""
        while self._timers and self._timers[0][2].is_cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] - time.monotonic() if self._timers else None


_shared_thread = _TimerThread()


def _reset_after_fork(*_args: Any) -> None:
    """Start without a thread in a forked process, which has none of its parent's threads."""
    global _shared_thread
    _shared_thread = _TimerThread()


os.register_at_fork(after_in_child=_reset_after_fork)
