"""The length of a text message as networks count it (3GPP TS 23.038): the letters that fit and the parts it becomes."""

import string
from typing import NamedTuple

GSM_7 = {
    *string.ascii_letters,
    *string.digits,
    *"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà",
}
EXTENDED = set("^{}\\[~]|€\f")  # two units each
GSM_SINGLE, GSM_PART = 160, 153  # units of one message, and of each part of a longer one
UNICODE_SINGLE, UNICODE_PART = 70, 67


class Length(NamedTuple):
    letters: int
    segments: int
    is_unicode: bool


def measure(text: str) -> Length:
    """Count. One letter outside the GSM alphabet makes the whole message Unicode, with 70 units instead of 160."""
    is_unicode = not set(text) <= GSM_7 | EXTENDED
    if is_unicode:
        units, single, part = len(text.encode("utf-16-be")) // 2, UNICODE_SINGLE, UNICODE_PART
    else:
        units, single, part = len(text) + sum(letter in EXTENDED for letter in text), GSM_SINGLE, GSM_PART
    return Length(len(text), 1 if units <= single else -(-units // part), is_unicode)
