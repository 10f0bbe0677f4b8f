"""Check an installation part by part and report what is wrong and what to do. `manage.py doctor` prints the report.

A check returns findings; a check that raises is a finding too. The checks change only a probe object in the storage,
and read once from the vendor with each project's key.
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
    """`said`: the state of the part; `do`: what the operator should do, "" if the state is good."""

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
    findings: list[Finding] = []
    for part, check in checks.items():
        try:
            findings += check()
        except Exception as error:  # any error of a check is its finding
            findings.append(bad(part, f"{type(error).__name__}: {error}", "Mend what is named and run doctor again."))
    return findings
