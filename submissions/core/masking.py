"""Mask numbers: which characters are visible, and which are hidden until a user gives a reason.

Document numbers show their last two characters. The seven back digits of a Korean resident number (주민등록번호; the
foreigner's number has the same form) are hidden even from the capturing agent and the claim holder: they see only the
front, which is the birth date.
"""

import re
import unicodedata

BULLET = "•"
SECRET = ("identity_number", "document_number", "license_number", "serial_number")
RESIDENT_NUMBER = re.compile(r"(\d{6})[\d*]{7}")
BETWEEN = re.compile(r"[^\d*]")  # spaces, dashes and any other separators


def masked(name: str, value: str) -> str:
    """Return the value for a user without a reason to see it; a value that is not a number is unchanged."""
    if name not in SECRET or len(value) <= 2:
        return value
    at_work = while_working(name, value)
    return at_work if at_work != value else BULLET * (len(value) - 2) + value[-2:]


def while_working(name: str, value: str) -> str:
    """Return the value for the capturing agent or the claim holder: all but the back digits of a resident number."""
    found = RESIDENT_NUMBER.fullmatch(_digits(value)) if name == "identity_number" else None
    return f"{found[1]}-{BULLET * 7}" if found else value


def nameless(value: str) -> str:
    """Return the value without identifying parts: two characters of a number, none of a resident number."""
    if RESIDENT_NUMBER.fullmatch(_digits(value)):
        return f"{BULLET * 6}-{BULLET * 7}"
    return masked("document_number", value)


def _digits(value: str) -> str:
    """Return the digits half-width without separators; thirteen of them are a resident number in any notation."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", value))
