"""Compare OCR values with confirmed values: their differences, and those without a reason."""

from collections.abc import Mapping

from argos import matrix
from submissions.models import Submission

CASELESS = ("name",)  # IDs print capitals; lower case does not change a name


def differs(name: str, confirmed: str, read: str) -> bool:
    """Return whether the confirmed value differs, ignoring spaces, hyphens and case."""
    return bool(read) and _comparable(name, confirmed) != _comparable(name, read)


def _comparable(name: str, value: str) -> str:
    tidied = matrix.clean_step2({name: value}).get(name, "")
    return tidied.casefold() if name in CASELESS else tidied


def parts(read: str, confirmed: str) -> tuple[str, str, str]:
    """Split the OCR value into its common start with the confirmed one, the difference, and the common end."""
    most = min(len(read), len(confirmed))
    same = [a.casefold() == b.casefold() for a, b in zip(read, confirmed, strict=False)]
    begin = same.index(False) if False in same else most
    tails = [a.casefold() == b.casefold() for a, b in zip(reversed(read), reversed(confirmed), strict=False)]
    end = min(tails.index(False) if False in tails else most, most - begin)
    return read[:begin], read[begin : len(read) - end], read[len(read) - end :]


def differing(values: Mapping[str, str], read: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of filled values that differ from the OCR values."""
    return tuple(name for name, text in read.items() if values.get(name) and differs(name, values[name], text))


def unexplained(submission: Submission) -> tuple[str, ...]:
    """Return changed values without a reason."""
    reasons = submission.reasons
    return tuple(name for name in differing(submission.values, submission.ocr) if not reasons.get(name))


def edited_fields(submission: Submission) -> list[str]:
    """Return the names of OCR values that were confirmed differently or left empty, compared in the form of Step 2."""
    values, read = matrix.clean_step2(submission.values), matrix.clean_step2(submission.ocr)
    return sorted(name for name, text in read.items() if differs(name, values.get(name, ""), text))
