"""Find values that probably belong to another field, as an attentive colleague would.

All are questions with a code of their own, which a user may override with a reason. If the vendor read nothing from the
ID, no other check asks them before an attempt is used.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from openlocationcode import openlocationcode

from argos.matrix.formats import EMAIL, parse_date
from argos.matrix.numbers import RRN
from argos.matrix.problems import Problem
from argos.matrix.signs import NAMES
from argos.words import N_

NUMBERS = ("document_number", "identity_number", "license_number", "serial_number")
DATES = ("date_of_birth", "date_of_issue", "date_of_expiry")
ADDRESSES = ("formatted_address", "address_input", "address_detail", "address_street", "address_city", "address_state")
PLACES = ("address_city", "address_state")
CONTACTS = ("email", "contact_phone")
_KINDS = {name: kind for kind, names in enumerate((NAMES, ADDRESSES, CONTACTS)) for name in names}
_SHORTEST = 4  # characters; shorter texts are equal by chance
_LABEL = re.compile(
    r"(?:full |last |first |family )?name|이름|성명|성함|姓名|氏名|n/?a|none|unknown|tbd|test|없음|모름|미상", re.I
)
_PHONE = re.compile(r"\+[0-9][0-9 ()-]{7,}|01[016789][ -]?[0-9]{3,4}[ -]?[0-9]{4}")
_DATED = re.compile(r"[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}")
_JAMO = re.compile("[\u3131-\u3163]")  # Korean letters that do not form a syllable
_SCRIPTS = frozenset(("LATIN", "CYRILLIC", "GREEK"))
_LONGEST_PASSPORT = timedelta(days=366 * 20)  # most last ten years
_LONGEST_ID = timedelta(days=366 * 100)

_OTHER_FIELD = N_("Same value as another field. Check both against the ID, or enter a reason.")
_RESIDENT = N_("This is an identity number. Enter the document number, or enter a reason.")
_NOT_A_NAME = N_("Not a usual name: %(why)s. Check the ID, or enter a reason.")
_NOT_A_NUMBER = N_("Not a usual document number. Check the ID, or enter a reason.")
_NOT_AN_ADDRESS = N_("Not a usual part of an address. Ask the customer, or enter a reason.")
_TOO_LONG = N_("No ID of this type is valid for so long. Check the year, or enter a reason.")
_SCRIPTS_MIXED = N_("Similar letters of two alphabets are mixed. Enter the value again, or enter a reason.")
_NATIONALITY = N_("A passport is issued to the country's own nationals. Check the nationality, or enter a reason.")
_FOREIGNER = N_(
    "The identity number and the nationality differ: Korean and foreign numbers differ. Check the nationality."
)
_HOLDER = N_("The account holder is another person. Check both names, or enter a reason.")
_SAME_DAY = N_("The date of issue is the date of birth. Check both dates, or enter a reason.")


def check_misplaced(
    filled: Mapping[str, str], office: Mapping[str, str], country: str, id_type: str, today: date
) -> Iterator[Problem]:
    """Return the questions.

    `office`: the e-mail and phone, which are typed beside the ID's values but not sent with them.
    """
    for name in NAMES:
        yield from _name_questions(name, filled.get(name, ""))
    yield from _number_questions(filled, country)
    yield from _address_questions(filled, country)
    yield from _same_questions({**office, **filled})
    yield from _date_questions(filled, id_type, today)
    yield from _nationality_questions(filled, country, id_type)
    yield from _holder_questions(filled)


def _name_questions(name: str, value: str) -> Iterator[Problem]:
    if not any(sign.isalpha() for sign in value):
        return
    if EMAIL.fullmatch(value) or "@" in value or "://" in value:
        yield _asked(name, "email", _NOT_A_NAME, ("why", "@"))
    elif any(unicodedata.category(sign) == "Nd" for sign in value):
        yield _asked(name, "digits", _NOT_A_NAME, ("why", "0-9"))
    elif _LABEL.fullmatch(value.strip(" :：")) or _JAMO.search(value):
        yield _asked(name, "word", _NOT_A_NAME, ("why", _jamo_or_word(value)))
    if _is_mixed(value):
        yield _asked(name, "alphabets", _SCRIPTS_MIXED)


def _jamo_or_word(value: str) -> str:
    found = _JAMO.search(value)
    return found[0] if found else value


def _is_mixed(value: str) -> bool:
    """Check one word at a time: the series and the number of a document may use different alphabets."""
    return any(len(_scripts_of(word)) > 1 for word in re.split(r"[\W_]+", value))


def _scripts_of(word: str) -> set[str]:
    return {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign.isalpha()} & _SCRIPTS


def _number_questions(filled: Mapping[str, str], country: str) -> Iterator[Problem]:
    value = filled.get("document_number", "")
    digits = _bare(value)
    if EMAIL.fullmatch(value) or _PHONE.fullmatch(value) or _DATED.fullmatch(value):
        yield _asked("document_number", "other", _NOT_A_NUMBER)
    elif country == "KOR" and RRN.fullmatch(value):
        yield _asked("document_number", "resident", _RESIDENT)
    elif len(digits) >= _SHORTEST and len(set(digits)) == 1:
        yield _asked("document_number", "one_sign", _NOT_A_NUMBER)
    if _is_mixed(value):
        yield _asked("document_number", "alphabets", _SCRIPTS_MIXED)


def _address_questions(filled: Mapping[str, str], country: str) -> Iterator[Problem]:
    for name in ADDRESSES:
        value = filled.get(name, "")
        only_digits = name != "address_detail" and value and not any(sign.isalpha() for sign in value)
        is_code = openlocationcode.isFull(value) or openlocationcode.isShort(value)
        if "@" in value or only_digits or is_code or _DATED.fullmatch(value) or _PHONE.fullmatch(value):
            yield _asked(name, "other", _NOT_AN_ADDRESS)
    value = filled.get("address_zipcode", "")
    lettered = not any(sign.isdigit() for sign in value) and country != "BMU" and filled.get("address_country") != "BMU"
    if value and (lettered or len(value) > 12 or "@" in value or _DATED.fullmatch(value) or _PHONE.fullmatch(value)):
        yield _asked("address_zipcode", "other", _NOT_AN_ADDRESS)


def _same_questions(filled: Mapping[str, str]) -> Iterator[Problem]:
    """Return a question for the second of two fields of different kinds with the same value."""
    days = {name: _spellings(filled[name]) for name in DATES if parse_date(filled.get(name, ""))}
    held = {name: bare for name in (*_KINDS, *NUMBERS) if len(bare := _bare(filled.get(name, ""))) >= _SHORTEST}
    seen: dict[str, str] = {}
    for name, bare in held.items():
        day = next((day for day, spellings in days.items() if bare in spellings), "") if name in NUMBERS else ""
        other = day or seen.get(bare, "")
        if other and (day or _KINDS.get(other, other) != _KINDS.get(name, name)) and name not in CONTACTS:
            yield _asked(name, "same", _OTHER_FIELD)
        seen.setdefault(bare, name)


def _spellings(day: str) -> frozenset[str]:
    year, month, of_month = day.split("-")
    return frozenset(
        (year + month + of_month, year[2:] + month + of_month, of_month + month + year, month + of_month + year)
    )


def _date_questions(filled: Mapping[str, str], id_type: str, today: date) -> Iterator[Problem]:
    born, issued, expires = (parse_date(filled.get(name, "")) for name in DATES)
    if born and issued == born:
        yield _asked("date_of_issue", "same_day", _SAME_DAY)
    most = _LONGEST_PASSPORT if id_type == "passport" else _LONGEST_ID
    if issued and born and issued < born:
        return  # already reported
    if expires and expires - (min(issued, today) if issued else today) > most:
        yield _asked("date_of_expiry", "span", _TOO_LONG)


def _nationality_questions(filled: Mapping[str, str], country: str, id_type: str) -> Iterator[Problem]:
    nationality, number = filled.get("nationality", ""), _bare(filled.get("identity_number", ""))
    if not nationality:
        return
    if country == "KOR" and RRN.fullmatch(number) and (number[6] in "5678") == (nationality == "KOR"):
        yield _asked("nationality", "number", _FOREIGNER)
    elif id_type == "passport" and nationality != country:
        yield _asked("nationality", "issuer", _NATIONALITY)


def _holder_questions(filled: Mapping[str, str]) -> Iterator[Problem]:
    """Compare only Korean names: an account has a Korean name, but a passport may have a Latin one."""
    name, holder = (_bare(filled.get(one, "")) for one in NAMES)
    if name != holder and all(re.fullmatch("[가-힣]+", one) for one in (name, holder)):
        yield _asked("userOccupancyName", "holder", _HOLDER)


def _bare(value: str) -> str:
    return "".join(sign for sign in value.casefold() if sign.isalnum())


def _asked(field: str, code: str, template: str, *params: tuple[str, object]) -> Problem:
    return Problem(field, f"{field}_{code}", template, "warning", params)
