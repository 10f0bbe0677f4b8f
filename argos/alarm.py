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


class Alarm:
    """Call `act` in `seconds` from now, unless cancelled before."""

    def __init__(self, seconds: float, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act
        _clock.add(time.monotonic() + seconds, self)

    @property
    def is_cancelled(self) -> bool:
        return self._act is None

    def cancel(self) -> None:
        self._act = None

    def ring(self) -> None:
        if act := self._act:
            act()


class _Clock:
    """Wait for the first active timer. A timer cancelled in time rarely wakes the thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._numbers = count()
        self._thread: threading.Thread | None = None

    def add(self, moment: float, alarm: Alarm) -> None:
        """Add a timer. Raises RuntimeError if the host cannot start another thread; the caller must then not go on."""
        with self._changed:
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="alarms", daemon=True)
                thread.start()
                self._thread = thread
            heapq.heappush(self._alarms, (moment, next(self._numbers), alarm))
            if self._alarms[0][2] is alarm:
                self._changed.notify()

    def _watch(self) -> None:
        while True:
            with self._changed:
                while (left := self._left()) is None or left > 0:
                    self._changed.wait(left)
                alarm = heapq.heappop(self._alarms)[2]
            try:
                alarm.ring()
            except Exception:
                log.exception("what was to be done at a moment failed")

    def _left(self) -> float | None:
        """Return the seconds until the first active timer; None if there is none."""
        while self._alarms and self._alarms[0][2].is_cancelled:
            heapq.heappop(self._alarms)
        return self._alarms[0][0] - time.monotonic() if self._alarms else None


_clock = _Clock()


def _start_anew(*_args: Any) -> None:
    """Start without a thread in a forked process, which has none of its parent's threads."""
    global _clock
    _clock = _Clock()


os.register_at_fork(after_in_child=_start_anew)
