"""Looks at an installation part by part and says of each what is wrong and what to do. `manage.py doctor` prints it.

A check returns findings; one that breaks is itself a finding. Nothing is changed but a probe object in the storage, and
each project's key costs one read at the vendor.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Check = Callable[[], Iterable["Finding"]]


class Grade(StrEnum):
    GOOD = "ok"
    NOTE = "note"
    BAD = "BAD"


@dataclass(frozen=True)
class Finding:
    """`do`: what to do about it, for a person; "" where it is good."""

    part: str
    grade: Grade
    said: str
    do: str = ""


def good(part: str, said: str) -> Finding:
    return Finding(part, Grade.GOOD, said)


def note(part: str, said: str, do: str) -> Finding:
    return Finding(part, Grade.NOTE, said, do)


def bad(part: str, said: str, do: str) -> Finding:
    return Finding(part, Grade.BAD, said, do)


def examine(checks: dict[str, Check]) -> list[Finding]:
    found: list[Finding] = []
    for part, check in checks.items():
        try:
            found += check()
        except Exception as error:  # whatever broke is what there is to say
            found.append(bad(part, f"{type(error).__name__}: {error}", "Mend what is named and run doctor again."))
    return found
