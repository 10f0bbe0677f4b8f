"""Which characters of a number are shown, and which are hidden until somebody says why they need them.

Document numbers show their last two characters. The seven back digits of a Korean resident number (주민등록번호; the
foreigner's number has the same form) are hidden even from whoever captures or holds the claim: of that number only the
front is shown, which is the birth date.
"""

import re
import unicodedata

BULLET = "•"
SECRET = ("identity_number", "document_number", "license_number", "serial_number")
RESIDENT_NUMBER = re.compile(r"(\d{6})[\d*]{7}")
BETWEEN = re.compile(r"[^\d*]")  # spaces and dashes of every kind, and whatever else somebody types


def masked(name: str, value: str) -> str:
    """For whoever has no reason to see it; a value that is no number stays as it is."""
    if name not in SECRET or len(value) <= 2:
        return value
    at_work = while_working(name, value)
    return at_work if at_work != value else BULLET * (len(value) - 2) + value[-2:]


def while_working(name: str, value: str) -> str:
    """For whoever captures it or holds its claim: everything but the back digits of a resident number."""
    found = RESIDENT_NUMBER.fullmatch(_digits(value)) if name == "identity_number" else None
    return f"{found[1]}-{BULLET * 7}" if found else value


def nameless(value: str) -> str:
    """For whoever is not to learn whose it is: two characters of a number, none of a resident number."""
    if RESIDENT_NUMBER.fullmatch(_digits(value)):
        return f"{BULLET * 6}-{BULLET * 7}"
    return masked("document_number", value)


def _digits(value: str) -> str:
    """Half-width, with nothing between: thirteen of them are a resident number however they are written."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", value))
