"""One pytest session: run the tests with coverage contexts, then a fork for each mutant.

A fork already has the in-memory database, the collected tests and the imported product, so a mutant costs only the
tests that reach its line, up to the first failure.
"""

import importlib
import os
import random
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.changes import Mutant, functions_at, mutants_of

ROOT = Path(__file__).resolve().parent.parent.parent
DETECTED, SURVIVED, NOT_REACHED = "detected", "survived", "not reached"
Lines = dict[tuple[str, int], set[str]]


@dataclass
class Session:
    """`files`: of the product, to change. `sample`: the maximum number of mutants, drawn by `seed` (0: all)."""

    files: Sequence[str]
    sample: int
    seed: int
    seconds: float
    results: list[tuple[str, Mutant]] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        lines, took = self._unchanged(session.items)
        items = {item.nodeid: item for item in session.items}
        for mutant in self._chosen():
            passing = sorted(_passing(mutant, lines), key=took.__getitem__)
            self.results.append((self._judge(mutant, [items[name] for name in passing]), mutant))
            print(f"{self.results[-1][0]:12}{mutant.file}:{mutant.line} {mutant.was}", flush=True)
        return True

    def _chosen(self) -> list[Mutant]:
        all_of_them = [mutant for file in self.files for mutant in mutants_of(file, (ROOT / file).read_text())]
        if self.sample and self.sample < len(all_of_them):
            all_of_them = random.Random(self.seed).sample(all_of_them, self.sample)
        return sorted(all_of_them, key=lambda mutant: (mutant.file, mutant.line))

    def _unchanged(self, items: list[pytest.Item]) -> tuple[Lines, dict[str, float]]:
        took: dict[str, float] = {}
        watch = coverage.Coverage(data_file=None, include=[str(ROOT / file) for file in self.files], config_file=False)
        watch.start()
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            watch.switch_context(item.nodeid)
            began = time.monotonic()
            assert _passes(item, following), f"{item.nodeid} fails on the product as it is"
            took[item.nodeid] = time.monotonic() - began
        watch.stop()
        seen = {file: watch.get_data().contexts_by_lineno(str(ROOT / file)) for file in self.files}
        lines = {(file, line): set(names) & took.keys() for file in seen for line, names in seen[file].items()}
        return lines, took

    def _judge(self, mutant: Mutant, items: list[pytest.Item]) -> str:
        module = importlib.import_module(mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        functions = functions_at(module, mutant.path)
        if not functions or not items:
            return NOT_REACHED
        child = os.fork()
        if child == 0:
            _in_fork(functions, mutant, items)
        return SURVIVED if _ended(child, self.seconds) == 0 else DETECTED


def _passing(mutant: Mutant, lines: Lines) -> set[str]:
    """Return the tests that reach its line, or the nearest line above it in its function, for a continued statement."""
    above = (lines[mutant.file, line] for line in range(mutant.line, mutant.start, -1) if (mutant.file, line) in lines)
    return next(above, set())


def _in_fork(functions: list[Any], mutant: Mutant, items: list[pytest.Item]) -> None:
    """Run the tests in a fork; return 0 if all pass."""
    os.setsid()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    try:
        for function in functions:
            function.__code__ = mutant.code
        passed = all(_passes(item, items[0]) for item in items)
    except BaseException:
        os._exit(2)
    os._exit(0 if passed else 1)


def _passes(item: pytest.Item, following: pytest.Item) -> bool:
    reports = runtestprotocol(item, nextitem=following, log=False)
    return not any(report.failed for report in reports)


def _ended(child: int, seconds: float) -> int:
    """Return its exit code. A mutant that does not end counts as detected and is killed with its children."""
    watch = os.pidfd_open(child)
    try:
        if not select.select([watch], [], [], seconds)[0]:
            os.killpg(child, signal.SIGKILL)
    finally:
        os.close(watch)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
