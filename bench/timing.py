"""Measure actions in turns in one process, so that other load affects all of them."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timed:
    """Milliseconds. `spread`: half the distance between the quartiles."""

    median: float
    spread: float


def milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def summed_up(times: list[float]) -> Timed:
    low, _middle, high = statistics.quantiles(times, n=4) if len(times) > 1 else times * 3
    return Timed(statistics.median(times), (high - low) / 2)


def turn_by_turn(*acts: Callable[[], object], turns: int, warm_up: int = 2) -> list[Timed]:
    """Return the times of each action; the first turns are a warm-up and left out."""
    rows = [[milliseconds(act) for act in acts] for _turn in range(turns + warm_up)]
    return [summed_up(list(times)) for times in zip(*rows[warm_up:], strict=True)]
