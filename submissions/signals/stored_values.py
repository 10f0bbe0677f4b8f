"""Compare the values and images that ARGOS stores with what was sent, without alarms about another spelling.

Only members that ARGOS reports are compared. Dates, names, numbers, genders and countries are brought to one form
first; a number that ARGOS masks says nothing.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

from argos import matrix
from argos.replies.ocr import DATES
from argos.replies.reading import iso_date
from argos.replies.signals import IMAGES, Signals
from submissions.core import encryption

NUMBERS = frozenset({"identity_number", "document_number", "license_number", "serial_number"})
COUNTRIES = frozenset({"nationality", "address_country"})
GENDERS = {"m": "male", "f": "female"}
STORED_AS = {"faceImage": "selfieImage"}  # Step 2's name of an image: its name in a record
_MASKS = re.compile(r"[*•●xX]{3,}")
_WORDS = re.compile(r"[\W_]+")


def differing_values(sent: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, list[str]]:
    """Return [ours, theirs] of each field that was sent and is stored otherwise."""
    both = [name for name in sent if sent[name] and stored.get(name)]
    return {name: [sent[name], stored[name]] for name in both if not is_same(name, sent[name], stored[name])}


def is_same(name: str, ours: str, theirs: str) -> bool:
    """Return whether two spellings are one value; also where ARGOS masks its side."""
    if name in NUMBERS and _MASKS.search(theirs):
        return True
    return plain(name, ours) == plain(name, theirs)


def plain(name: str, text: str) -> str:
    """Return the form in which two spellings of a value are equal."""
    if name in DATES:
        return iso_date(encryption.normalise(text))
    if name in COUNTRIES:
        return matrix.country_code(text.strip())
    if name == "gender":
        lowered = encryption.normalise(text)
        return GENDERS.get(lowered, lowered)
    if name in NUMBERS:
        return encryption.normalise_number(text)
    words = [word for word in _WORDS.split(_without_accents(text)) if word]
    return "".join(sorted("".join(words))) if name == "name" else "".join(words)


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", encryption.normalise(text))
    return unicodedata.normalize("NFKC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def differing_images(sent: Collection[str], signals: Signals) -> tuple[str, str] | None:
    """Return the two lists of images where they differ; an empty list of ARGOS says nothing (assumption)."""
    ours = {STORED_AS.get(name, name) for name in sent}
    theirs = set(signals.images or ())
    if not ours or not theirs or ours == theirs:
        return None
    return listed(ours), listed(theirs)


def listed(names: Collection[str]) -> str:
    return ", ".join(name for name in IMAGES if name in names)
