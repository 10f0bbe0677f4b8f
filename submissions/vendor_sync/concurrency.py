"""Whom this process's threads wait for: one slow project, or one spent key, never takes all of them.

A project may hold a further thread only while it holds fewer than three times as many as are free, some of them kept
back for projects that hold none yet. Alone it comes to two thirds of the threads; with other slow ones beside it each
comes to less. The last free thread is nobody's: it is for the rest of a worker's work. (The rule is the dynamic
threshold by which switches share one buffer among their ports.)
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
KEPT_BACK = 8  # one thread in so many, and two at least
ROUND_LASTS = 20.0  # seconds of reading for one project before its next turn

_lock = threading.Lock()
_held: Counter[UUID] = Counter()
_reading: set[tuple[str, UUID]] = set()
_threads = 12


def open_for(threads: int) -> None:
    """How many threads this process has; told once, when its worker starts."""
    global _threads
    _threads = threads


class Lane:
    """One thread's place. It belongs to no project until `enter` finds one that may hold it."""

    def __init__(self) -> None:
        self.project: UUID | None = None

    def enter(self, project: UUID) -> bool:
        """Whether the project may hold this thread too; what held it before lets it go."""
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


def full() -> list[UUID]:
    """The projects that may hold no further thread of this process now."""
    with _lock:
        return [project for project, held in _held.items() if held and not _may_hold_more(project)]


@contextmanager
def lane() -> Iterator[Lane]:
    mine = Lane()
    try:
        yield mine
    finally:
        mine.leave()


@dataclass(frozen=True)
class Reads:
    """What is due to be asked of vendors. `kind` names it; `path` leads from a row to its project, as in a filter."""

    kind: str
    due: "QuerySet[Any]"
    path: str
    order: str

    def each(self, act: Callable[[Any], bool], batch: int) -> int:
        """Act on what is due, each project for itself and at most for a while; returns how many acts said True.

        A project that another thread of this process is busy with in the same way, or that holds its share of threads
        already, is left out of this round: the others do not wait for it.
        """
        done = 0
        for project in self.due.order_by().values_list(self.path, flat=True).distinct():
            with lane() as mine, _alone(self.kind, project) as is_alone:
                if is_alone and mine.enter(project):
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
