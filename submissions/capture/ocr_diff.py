"""What Step 1 read beside what people confirmed: where the two differ, and whether anybody said why."""

from collections.abc import Mapping

from argos import matrix
from submissions.models import Submission

CASELESS = ("name",)  # IDs print capitals; writing a name in small letters changes nothing


def differs(name: str, confirmed: str, read: str) -> bool:
    """Whether the confirmed value is another one, whatever its spaces, hyphens and capitals."""
    return bool(read) and _comparable(name, confirmed) != _comparable(name, read)


def _comparable(name: str, value: str) -> str:
    tidied = matrix.clean_step2({name: value}).get(name, "")
    return tidied.casefold() if name in CASELESS else tidied


def parts(read: str, confirmed: str) -> tuple[str, str, str]:
    """Return the value read as its common beginning with the confirmed one, what differs, and the common end."""
    most = min(len(read), len(confirmed))
    same = [a.casefold() == b.casefold() for a, b in zip(read, confirmed, strict=False)]
    begin = same.index(False) if False in same else most
    tails = [a.casefold() == b.casefold() for a, b in zip(reversed(read), reversed(confirmed), strict=False)]
    end = min(tails.index(False) if False in tails else most, most - begin)
    return read[:begin], read[begin : len(read) - end], read[len(read) - end :]


def differing(values: Mapping[str, str], read: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the filled values that are not what was read."""
    return tuple(name for name, text in read.items() if values.get(name) and differs(name, values[name], text))


def unexplained(submission: Submission) -> tuple[str, ...]:
    """Values changed against what was read, without a reason."""
    reasons = submission.reasons
    return tuple(name for name in differing(submission.values, submission.ocr) if not reasons.get(name))


def edited_fields(submission: Submission) -> list[str]:
    """Names of values that were read and then confirmed otherwise, or left out; by the form in which they are sent."""
    values, read = matrix.clean_step2(submission.values), matrix.clean_step2(submission.ocr)
    return sorted(name for name, text in read.items() if differs(name, values.get(name, ""), text))
