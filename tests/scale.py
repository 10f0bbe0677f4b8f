"""Choose how much of a long test to run: a sample with a printed seed, or everything if KYC_FULL is set."""

import os
import random
from typing import TypeVar

T = TypeVar("T")
FULL = bool(os.environ.get("KYC_FULL"))
# The xdist workers get it through the environment, so that each draws the same sample.
SEED = int(os.environ.setdefault("KYC_TEST_SEED", str(random.SystemRandom().randrange(1_000_000))))


def sized(sample: int, full: int) -> int:
    """Return the number of examples for this run."""
    return full if FULL else sample


def sample(items: list[T], share: int) -> list[T]:
    """Return one in `share` of the items, at least one, drawn with the seed; all of them in a full run."""
    return items if FULL else sorted(random.Random(SEED).sample(items, max(1, len(items) // share)), key=items.index)


def header() -> str:
    return "sizes: full" if FULL else f"sizes: samples with KYC_TEST_SEED={SEED}; KYC_FULL=1 runs everything"
