"""Check the characters of a name or number: a character that no ID carries is an error, a rare one a warning.

The vendor names no alphabet and no lengths, so only pictographs and symbols are refused. Every script, its marks, and
the apostrophes, hyphens, dots and numerals within names are valid. For unusual text the user must give a reason.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from argos.matrix.problems import Problem
from argos.words import N_

NAMES = ("name", "userOccupancyName")
NUMBERS = ("document_number", "identity_number")
_LONGEST_NAME, _LONGEST_NUMBER = 100, 30  # more than any ID prints; passports print 39 and 9
_SYMBOLS = frozenset({"So", "Sm", "Sc", "Me", "Cs"})
# Unicode counts these as symbols, but they are allowed: ordinal and number signs, the equals sign of Japanese names,
# the plus in Nordic numbers, and the components that describe Chinese characters without a code.
_LAWFUL = re.compile("[°№=＝+⺀-⿟⿰-⿿]")
_PICTURES = re.compile("[\U0001f000-\U0001fbff]")  # also characters newer than this Python's Unicode version


def refused_sign(name: str, value: str) -> tuple[str, str] | None:
    """Return (code, message) if a name or number contains a pictograph or symbol; None for every other parameter."""
    if name not in NAMES + NUMBERS or not any(_is_symbol(sign) for sign in value):
        return None
    return "symbols", N_("This value contains a symbol that no ID has. Enter it as shown on the ID.")


def _is_symbol(sign: str) -> bool:
    if _LAWFUL.match(sign):
        return False
    return unicodedata.category(sign) in _SYMBOLS or bool(_PICTURES.match(sign))


def check_signs(values: Mapping[str, str]) -> Iterator[Problem]:
    """Return warnings, each with a code of its own, because a reason overrides one code."""
    for name in NAMES:
        if wrong := _name_doubt(values[name]) if values.get(name) else None:
            code, template, *params = wrong
            yield Problem(name, f"{name}_{code}", template, "warning", tuple(params))
    yield from _number_doubts(values.get("document_number", ""))


def _name_doubt(value: str) -> tuple[str, str] | tuple[str, str, tuple[str, object]] | None:
    letters = [sign for sign in value if unicodedata.category(sign).startswith("L")]
    if not letters:
        return "letters", N_("The name has no letter. Check the ID, or enter a reason.")
    if len(letters) == 1 and "LATIN" in unicodedata.name(letters[0], ""):
        return "initial", N_("The name has one letter. Enter the full name from the ID, or enter a reason.")
    if len(value) > _LONGEST_NAME:
        text = N_("The name has more than %(most)d characters. Check the ID, or enter a reason.")
        return "long", text, ("most", _LONGEST_NAME)
    return None


def _number_doubts(value: str) -> Iterator[Problem]:
    if value and not re.search("[A-Z0-9]", unicodedata.normalize("NFKC", value).upper()):
        text = N_("The number has no digit and no letter from A to Z. Check the ID, or enter a reason.")
        yield Problem("document_number", "number_signs", text, "warning")
    elif len(value) > _LONGEST_NUMBER:
        text = N_("The number has more than %(most)d characters. Check the ID, or enter a reason.")
        yield Problem("document_number", "number_long", text, "warning", (("most", _LONGEST_NUMBER),))
