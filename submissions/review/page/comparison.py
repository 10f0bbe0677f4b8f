"""The read values beside the confirmed ones, with the differing letters marked and full numbers masked."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from submissions.capture import ocr_diff
from submissions.capture.fields import form_fields
from submissions.core import masking
from submissions.models import Submission
from submissions.review.page import confidence


def comparison(submission: Submission, sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one row for each field that was read or sent, differences first.

    `sent`: the values of the attempt that counts.
    """
    ocr, reasons = submission.ocr, submission.reasons
    changed = set(ocr_diff.edited_fields(submission))
    names = [
        name for name in form_fields.LABELS if (sent.get(name) or ocr.get(name)) and name not in form_fields.OFFICE
    ]
    names.sort(key=lambda name: name not in changed)
    readings = confidence.readings_of(submission)
    return [
        _compared(name, ocr.get(name, ""), sent.get(name, ""), name in changed, reasons)
        | {"confidence": readings.get(name)}
        for name in names
    ]


def hides_digits(submission: Submission, sent: Mapping[str, str]) -> bool:
    """Return whether the comparison masks digits of the identity number."""
    number = sent.get("identity_number", "") or submission.ocr.get("identity_number", "")
    return masking.while_working("identity_number", number) != number


def _compared(name: str, read: str, confirmed: str, is_changed: bool, reasons: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "label": form_fields.label_of(name),
        "read": _pieces(name, read, confirmed, is_changed),
        "confirmed": _pieces(name, confirmed, read, is_changed),
        "was_read": bool(read),
        "is_changed": is_changed,
        "reason": reasons.get(name, ""),
    }


def _pieces(name: str, text: str, other: str, is_changed: bool) -> list[tuple[str, bool]]:
    """Mark the differing letters of a value; of a masked value only whether it differs."""
    if name in form_fields.CHOSEN:
        return [(form_fields.text_of(name, text), is_changed)] if text else []
    masked = masking.while_working(name, text)
    if masked != text:
        return [(masked, is_changed)]
    return marked(text, other) if is_changed else [(text, False)]


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """Return `text` in pieces, each with whether it differs from `other`."""
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    pieces = [(text[start:end], tag != "equal") for tag, start, end, _s, _e in matcher.get_opcodes()]
    return [(piece, differs) for piece, differs in pieces if piece]
