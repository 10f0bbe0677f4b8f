"""Check the format of a single value. `checks` compares values with each other.

Every check takes a cleaned value and returns (code, message, ...placeholders of the message), or None if it is valid.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date

from openlocationcode import openlocationcode

from argos import characters
from argos.matrix.countries import is_country
from argos.matrix.parameters import Form, Parameter
from argos.matrix.signs import refused_sign
from argos.words import N_

Param = tuple[str, object]
Wrong = tuple[str, str] | tuple[str, str, Param] | None

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_LICENSE = re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}|[가-힣]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}")
SERIAL = re.compile(r"[A-Z0-9]{6}")
_OTHER_GENDERS = frozenset({"x", "u", "other", "unspecified", "non-binary", "nonbinary", "diverse", "unknown"})
_CUSTOM_OPTIONS = frozenset({"blacklistCountries", "approvePeriod", "rejectPeriod", "ageLimit", "rejectDuplicateUser"})
_LONGEST = 500
_LOOK_ALIKE = re.compile(r"[^\x20-\x7e가-힣]")  # no strict format allows any of these

REGION = N_("This Plus Code names a region, not an address. Look up the address again.")
INVISIBLE = N_("This character cannot be sent: %(sign)s. Enter the value again.")
FOREIGN = N_("This character is not allowed: %(sign)s. Enter letters and digits of a keyboard.")
WRONG_DATE = N_("Write the date as YYYY-MM-DD, for example 1990-02-28.")
WRONG_EMAIL = N_("This is not an e-mail address. Ask the customer to spell it.")
WRONG_LICENSE = N_("Write the licence number as 12-34-567890-12 or 서울-12-345678-90.")
WRONG_SERIAL = N_("Enter the 6 letters or digits of the serial number, below the small photo on the licence.")
WRONG_DIGITS = N_("Enter the three digits in front of the depositor's name on the 1-won payment.")


def format_problem(parameter: Parameter, value: str) -> Wrong:
    if len(value) > _LONGEST:
        return "too_long", N_("This is longer than %(most)d characters. Shorten it."), ("most", _LONGEST)
    if any(letter in "\t\n\v\f\r" for letter in value):
        return "format", N_("The value contains a line break or another invisible character. Enter it again.")
    if sign := characters.refused(value):
        return "invisible", INVISIBLE, ("sign", characters.named(sign))
    check = _CHECKS.get(parameter.form)
    return _with_its_sign(check(parameter, value), value) if check else refused_sign(parameter.name, value)


def _with_its_sign(wrong: Wrong, value: str) -> Wrong:
    """Name a letter that looks like another one, because the reader cannot see the difference."""
    foreign = _LOOK_ALIKE.search(value)
    if not wrong or wrong[0] != "format" or not foreign:
        return wrong
    return "format", FOREIGN, ("sign", f"{foreign[0]} ({characters.named(foreign[0])})")


def parse_date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _ISO.fullmatch(value) else None
    except ValueError:
        return None


def _check_date(parameter: Parameter, value: str) -> Wrong:
    if not _ISO.fullmatch(value):
        return "format", WRONG_DATE
    return None if parse_date(value) else ("impossible_date", N_("This date does not exist. Check the ID."))


def _check_country(parameter: Parameter, value: str) -> Wrong:
    if is_country(value):
        return None
    return "unknown_country", N_("Select a country. ARGOS accepts codes of three letters, for example KOR.")


def _check_choice(parameter: Parameter, value: str) -> Wrong:
    if value in parameter.choices:
        return None
    if parameter.name == "gender" and value in _OTHER_GENDERS:
        return "gender_x", (
            N_(
                "ARGOS accepts only male or female. If the ID shows X, do not choose for the customer: ask a "
                "compliance officer."
            )
        )
    return "choice", N_("Choose one of: %(choices)s."), ("choices", ", ".join(parameter.choices))


def _check_email(parameter: Parameter, value: str) -> Wrong:
    return None if EMAIL.fullmatch(value) else ("format", WRONG_EMAIL)


def _check_license(parameter: Parameter, value: str) -> Wrong:
    if _LICENSE.fullmatch(value):
        return None
    return "format", WRONG_LICENSE


def _check_serial(parameter: Parameter, value: str) -> Wrong:
    if SERIAL.fullmatch(value):
        return None
    return "format", WRONG_SERIAL


def _check_digits(parameter: Parameter, value: str) -> Wrong:
    if re.fullmatch("[0-9]{3}", value):
        return None
    return "format", WRONG_DIGITS


def _check_plus_code(parameter: Parameter, value: str) -> Wrong:
    if openlocationcode.isFull(value):
        return ("region", REGION) if "0" in value else None
    return "format", N_("Enter a full Plus Code, for example 87C4VXX7+39.")


def _check_short_plus_code(parameter: Parameter, value: str) -> Wrong:
    code, _, locality = value.partition(" ")
    if openlocationcode.isShort(code.upper()) and locality.strip():
        return ("region", REGION) if "0" in code else None
    return "format", N_("Write a short Plus Code and the place, for example VXX7+39 Washington, DC, USA.")


def _check_json(parameter: Parameter, value: str) -> Wrong:
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return "format", N_("The project's custom options are not a JSON object. Ask the administrator.")
    unknown = set(given) - _CUSTOM_OPTIONS
    if unknown or given.get("ageLimit", False) is not False:
        return "choice", N_(
            "The project's custom options contain a value that ARGOS does not accept. Ask an administrator."
        )
    return None


_CHECKS: Mapping[Form, Callable[[Parameter, str], Wrong]] = {
    Form.DATE: _check_date,
    Form.COUNTRY: _check_country,
    Form.CHOICE: _check_choice,
    Form.EMAIL: _check_email,
    Form.LICENSE: _check_license,
    Form.SERIAL: _check_serial,
    Form.DIGITS: _check_digits,
    Form.PLUS_CODE: _check_plus_code,
    Form.SHORT_PLUS_CODE: _check_short_plus_code,
    Form.JSON: _check_json,
}
