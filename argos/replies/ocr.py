"""Map the values that the vendor read from the ID to Step 2's names.

The vendor's pages name these values in three styles (`fullName`, `full_name`, `idcard_issueDate`); Step 2 uses a
fourth. Unmatched values are kept separately, so that a user can still see them.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from argos import limits
from argos.characters import normalise as normalised
from argos.replies.reading import iso_date, loose, member, text

# Step 2's name: spellings seen or likely, compared without case and punctuation. The first filled one is used.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "name": ("name", "fullName", "full_name_en"),
    "date_of_birth": ("date_of_birth", "birthDate", "dob", "birthday"),
    "gender": ("gender", "sex"),
    "nationality": ("nationality",),
    "identity_number": ("identity_number", "identitiy_number", "personalNumber", "ssnNumber"),
    "license_number": ("license_number", "licenceNumber", "driverLicenseNumber", "driversLicenseNumber"),
    "document_number": ("document_number", "dcoument_number", "passportNumber"),
    "serial_number": ("serial_number",),
    "date_of_issue": ("date_of_issue", "issueDate", "idcard_issueDate"),
    "date_of_expiry": ("date_of_expiry", "expireDate", "expiryDate", "expirationDate", "idcard_expireDate"),
    "address_street": ("address_street",),
    "address_city": ("address_city",),
    "address_state": ("address_state",),
    "address_country": ("address_country",),
    "address_zipcode": ("address_zipcode",),
    "globalCode": ("globalCode", "address_globalCode"),
    "compoundCode": ("compoundCode", "address_compoundCode"),
    "formatted_address": ("formatted_address", "address_formatted"),
    "address_input": ("address_input",),
    "address_detail": ("address_detail", "addressdetail"),
}
DATES = frozenset({"date_of_birth", "date_of_issue", "date_of_expiry"})

_TARGETS = {loose(spelling): target for target, spellings in SPELLINGS.items() for spelling in spellings}
_NAME_PARTS = frozenset({"firstname", "lastname"})
_GENDERS = {"m": "male", "male": "male", "f": "female", "female": "female"}


def normalise(body: object) -> tuple[dict[str, str], dict[str, str]]:
    """Return (values under Step 2's names, all other values under the vendor's names).

    A value longer than its field was read wrongly: it counts as not read and is kept among the others.
    """
    given = dict(islice(_pairs(body), limits.LISTED))
    known: dict[str, str] = {}
    for target, spellings in SPELLINGS.items():
        value = _tidy(target, text(member(given, *spellings)))
        if value and len(value) <= limits.longest(target):
            known[target] = value
    joined = normalised(_joined_name(given))
    if "name" not in known and joined and len(joined) <= limits.NAME:
        known["name"] = joined
    return known, {key: value for key, value in given.items() if not _is_shown(key, value, known)}


def step2_name(name: str) -> str:
    """Return Step 2's name of a field that the vendor spells in one of its ways; "" where Step 2 has none."""
    return _TARGETS.get(loose(name), "")


def _is_shown(key: str, value: str, known: Mapping[str, str]) -> bool:
    """Return False for a second, different value of the same field, so that it is not lost."""
    if loose(key) in _NAME_PARTS:
        return normalised(value) in known.get("name", "")
    target = _TARGETS.get(loose(key))
    return target is not None and known.get(target) == _tidy(target, value)


def _pairs(body: object) -> Iterator[tuple[str, str]]:
    """Read an object of values, an object of {"value", "score"}, or an array of named entries of either kind."""
    entries = body if isinstance(body, list) else [body]
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        named = member(entry, "name", "field", "key") if "value" in entry else None
        items = [(text(named), entry["value"])] if named else entry.items()
        yield from ((limits.cut(text(key), limits.CODE), filled) for key, value in items if (filled := _scalar(value)))


def _scalar(value: Any) -> str:
    return text(member(value, "value")) if isinstance(value, Mapping) else text(value)


def _joined_name(given: Mapping[str, str]) -> str:
    """Join first and last name in this order, as the Step 2 page says."""
    parts = (text(member(given, "first_name")), text(member(given, "last_name")))
    return " ".join(part for part in parts if part)


def _tidy(target: str, value: str) -> str:
    value = normalised(value)
    if target in DATES:
        return iso_date(value)
    if target == "gender":
        return _GENDERS.get(value.casefold(), value)
    return value.upper() if target in ("nationality", "address_country") else value
