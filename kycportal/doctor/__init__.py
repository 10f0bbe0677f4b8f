"""Check an installation part by part and report what is wrong and what to do. `manage.py doctor` prints the report.

A check returns results; a check that raises is a result too. The checks change only a probe object in the storage,
and read once from the vendor with each project's key.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Check = Callable[[], Iterable["Result"]]


class Grade(StrEnum):
    GOOD = "ok"
    NOTE = "note"
    BAD = "BAD"


@dataclass(frozen=True)
class Result:
    """`state`: the state of the part; `do`: what the operator should do, "" if the state is good."""

    part: str
    grade: Grade
    state: str
    do: str = ""


def good(part: str, state: str) -> Result:
    return Result(part, Grade.GOOD, state)


def note(part: str, state: str, do: str) -> Result:
    return Result(part, Grade.NOTE, state, do)


def bad(part: str, state: str, do: str) -> Result:
    return Result(part, Grade.BAD, state, do)


def examine(checks: dict[str, Check]) -> list[Result]:
    results: list[Result] = []
    for part, check in checks.items():
        try:
            results += check()
        except Exception as error:  # any error of a check is its result
            results.append(bad(part, f"{type(error).__name__}: {error}", "Fix the named part and run doctor again."))
    return results
