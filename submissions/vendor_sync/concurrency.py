"""Share the threads of this process among projects: one slow project, or one used-up key, never occupies all of them.

A project may occupy another thread only while it occupies fewer than three times the free threads; some of these are
reserved for projects without a thread. A single slow project gets two thirds of the threads, several get less each. The
last free thread is reserved for other tasks of the worker. (Source of the rule: the dynamic threshold by which network
switches share one buffer among their ports.)
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

SHARE_OF_FREE = 3
KEPT_BACK = 8  # one thread in eight is reserved, at least two
ROUND_LASTS = 20.0  # seconds of reading for one project in each round

_lock = threading.Lock()
_held: Counter[UUID] = Counter()
_reading: set[tuple[str, UUID]] = set()
_threads = 12


def set_thread_count(threads: int) -> None:
    """Set the number of threads of this process; called once when its worker starts."""
    global _threads
    _threads = threads


class ThreadSlot:
    """The slot of one thread. It belongs to no project until `enter` succeeds."""

    def __init__(self) -> None:
        self.project: UUID | None = None

    def enter(self, project: UUID) -> bool:
        """Occupy this thread for the project, instead of the one before; return whether the project may."""
        with _lock:
            self._leave()
            if not _may_hold_more(project):
                return False
            _held[project] += 1
            self.project = project
            return True

    def leave(self) -> None:
        with _lock:
            self._leave()

    def _leave(self) -> None:
        if self.project is not None:
            _held[self.project] -= 1
            self.project = None


def _may_hold_more(project: UUID) -> bool:
    free = _threads - _held.total()
    if not _held[project]:
        return free > 1
    return _held[project] < SHARE_OF_FREE * (free - max(2, _threads // KEPT_BACK))


def busy_projects() -> list[UUID]:
    """Return the projects that may occupy no further thread of this process now."""
    with _lock:
        return [project for project, held in _held.items() if held and not _may_hold_more(project)]


@contextmanager
def thread_slot() -> Iterator[ThreadSlot]:
    slot = ThreadSlot()
    try:
        yield slot
    finally:
        slot.leave()


@dataclass(frozen=True)
class Reads:
    """Rows that are due to be read from vendors. `kind`: their name; `path`: the lookup from a row to its project."""

    kind: str
    due: "QuerySet[Any]"
    path: str
    order: str

    def each(self, act: Callable[[Any], bool], batch: int) -> int:
        """Call `act` for due rows, each project for at most `ROUND_LASTS`; return the number of True results.

        A project that another thread of this process is reading, or that occupies its share of threads, is skipped in
        this round, so that the others do not wait for it.
        """
        done = 0
        for project in self.due.order_by().values_list(self.path, flat=True).distinct():
            with thread_slot() as slot, _alone(self.kind, project) as is_alone:
                if is_alone and slot.enter(project):
                    done += _for_a_while(self._of(project)[:batch], act)
        return done

    def _of(self, project: UUID) -> "QuerySet[Any]":
        return self.due.filter(**{self.path: project}).order_by(self.order)


@contextmanager
def _alone(kind: str, project: UUID) -> Iterator[bool]:
    with _lock:
        is_alone = (kind, project) not in _reading
        _reading.add((kind, project))
    try:
        yield is_alone
    finally:
        if is_alone:
            with _lock:
                _reading.discard((kind, project))


def _for_a_while(rows: "QuerySet[Any]", act: Callable[[Any], bool]) -> int:
    began, done = time.monotonic(), 0
    for row in rows:
        done += act(row)
        if time.monotonic() - began > ROUND_LASTS:
            break
    return done
