"""Normalize characters as people type, paste and scan them, and name the ones that no field accepts.

The browser gets the same table (`table`), so that both sides judge a text alike. The normal form never changes the
value as a reader of the document would see it. Each character class is valid in both Python and JavaScript regular
expressions.
"""

import re
import unicodedata

# NFKC turns full-width and half-width forms and mathematical letters and digits into ordinary ones.
_FOLDED = "[\uff01-\uffdc\uffe0-\uffee\U0001d400-\U0001d7ff]+"
_SPACES = "[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u0085]"
_HYPHENS = "[\u2010-\u2015\u2212\u2043\ufe58\ufe63\u058a\u1806]"
# A Japanese or Korean keyboard writes these for a hyphen between digits; inside words they are letters.
_HYPHENS_BETWEEN_DIGITS = "(?<=[0-9])[\u30fc\u3161\u1173](?=[0-9])"
# Soft hyphen, zero-width space and joiner of words, direction marks, byte order mark.
_REMOVED = "[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
# Persian, Indic and Mongolian words need these between letters, and Chinese characters need variant selectors.
_JOINED = "[\u0600-\u109f\u1780-\u18af]"
_JOINERS = f"(?<!{_JOINED})[\u200c\u200d\u180e]|[\u200c\u200d\u180e](?!{_JOINED})"
_VARIANTS = "(?<![\u1800-\u18af\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"

_STEPS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (f"{_REMOVED}|{_JOINERS}|{_VARIANTS}", ""),
        (_SPACES, " "),
        (_HYPHENS, "-"),
        (_HYPHENS_BETWEEN_DIGITS, "-"),
    )
)
_WIDE = re.compile(_FOLDED)
# Invisible, unreadable, or without a meaning that two systems share: no field accepts them.
_REFUSED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufff9-\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_ALSO_NAMED = {"\t": "TAB", "\ufffd": "REPLACEMENT CHARACTER (lost in a file or another program)"}


def normalise(text: str) -> str:
    """Return the text with ordinary width, spaces and hyphens, without invisible characters, in NFC and stripped."""
    if text.isascii():
        return text.strip()
    text = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), text)
    for pattern, instead in _STEPS:
        text = pattern.sub(instead, text)
    return unicodedata.normalize("NFC", text).strip()


def refused(text: str) -> str:
    """Return the first character that no field accepts; "" if there is none."""
    found = _REFUSED.search(text)
    return found[0] if found else ""


def named(sign: str) -> str:
    """Return a character's number and Unicode name for a message: "U+0430 CYRILLIC SMALL LETTER A"."""
    name = _ALSO_NAMED.get(sign) or unicodedata.name(sign, "")
    return f"U+{ord(sign):04X} {name}".strip()


def table() -> dict[str, object]:
    """Return the tables for the browser's `static/characters.js`: the NFKC ranges, then the replacements in order."""
    return {"folded": _FOLDED, "steps": [[pattern.pattern, instead] for pattern, instead in _STEPS]}
