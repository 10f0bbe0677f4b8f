"""Check national numbers: the Korean resident (and foreigner) registration number, Aadhaar, PAN."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.in_ import aadhaar, pan
from stdnum.kr import rrn

from argos.matrix.formats import parse_date
from argos.matrix.problems import Problem
from argos.words import N_

# Since October 2020 the last six digits are random, so only older IDs must have a valid check digit.
_RANDOM_SINCE = date(2020, 10, 1)
RRN = re.compile(r"[0-9]{6}-?[0-9]{7}")
WRONG_RRN = N_("The identity number has 13 digits, the first six a birth date: 900228-1234567.")
_SAYS_GENDER = {
    "male": N_("The identity number is of a male person. Check the ID."),
    "female": N_("The identity number is of a female person. Check the ID."),
}
_MASKED = re.compile(r"[X*•]{4}")


def check_korean_number(values: Mapping[str, str], latest_day: date) -> Iterator[Problem]:
    """Check `identity_number` of a Korean ID.

    Shape and birth date are errors; a conflict with other fields is a warning.
    """
    number = values.get("identity_number", "")
    if not number:
        return
    born = _birth_date(number)
    if born is None or born > latest_day:
        yield _wrong("format", WRONG_RRN)
        return
    yield from _check_digit_problems(number, values)
    yield from _disagreements(rrn.compact(number), born, values)


def check_indian_number(values: Mapping[str, str], id_type: str) -> Iterator[Problem]:
    """Check Aadhaar and PAN, in whichever field the agent typed the number."""
    validate = _INDIAN.get(id_type)
    filled = [name for name in ("document_number", "identity_number") if values.get(name)]
    for name in filled if validate else []:
        yield from _indian_problems(name, values[name], _INDIAN[id_type])


def _birth_date(number: str) -> date | None:
    if not RRN.fullmatch(number):
        return None
    try:
        return rrn.get_birth_date(number)
    except ValidationError:
        return None


def _check_digit_problems(number: str, values: Mapping[str, str]) -> Iterator[Problem]:
    compact = rrn.compact(number)
    is_foreigner = compact[6] in "5678"  # their check digit is computed differently
    if is_foreigner or rrn.calc_check_digit(compact[:-1]) == compact[-1]:
        return
    issued = parse_date(values.get("date_of_issue", ""))
    if issued and issued < _RANDOM_SINCE:
        text = N_("The check digit of the identity number is wrong. Compare the number with the ID, digit by digit.")
        yield _wrong("checksum", text)
        return
    yield _doubt(
        "identity_number",
        "checksum",
        N_(
            "The check digit of the identity number is wrong. Numbers issued since October 2020 have none. Compare the "
            "number with the ID, digit by digit."
        ),
    )


def _disagreements(compact: str, born: date, values: Mapping[str, str]) -> Iterator[Problem]:
    typed = parse_date(values.get("date_of_birth", ""))
    if typed and typed != born:
        yield _doubt("date_of_birth", "mismatch", N_("Identity number and date of birth differ. Check the ID."))
    gender = "male" if compact[6] in "13579" else "female"
    if values.get("gender") not in (None, "", gender):
        yield _doubt("gender", "mismatch", _SAYS_GENDER[gender])


def _indian_problems(name: str, value: str, kind: "tuple[str, Callable[[str], str]]") -> Iterator[Problem]:
    label, validate = kind
    if _MASKED.search(value):
        text = N_("Part of the %(label)s is masked. Send it only if the ARGOS project accepts that.")
        yield Problem(name, "masked", text, "warning", (("label", label),))
        return
    try:
        validate(value)
    except ValidationError:
        text = N_("This is not a valid %(label)s. Compare it with the card, sign by sign.")
        yield Problem(name, "checksum", text, params=(("label", label),))


_INDIAN: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "aadhaar": ("Aadhaar number", aadhaar.validate),
    "pancard": ("PAN", pan.validate),
}


def _wrong(code: str, message: str) -> Problem:
    return Problem("identity_number", code, message)


def _doubt(field: str, code: str, message: str) -> Problem:
    return Problem(field, code, message, "warning")
