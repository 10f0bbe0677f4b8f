"""Regular expressions for checks while the user types.

They are built from the expressions with which the server cleans and checks values, so nothing is defined twice. A shape
accepts everything that cleaning can correct; only the server does arithmetic or compares fields.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from argos.matrix.clean import LICENSE_DIGITS, LICENSE_REGION, THREE_DIGITS
from argos.matrix.formats import EMAIL, SERIAL, WRONG_DATE, WRONG_DIGITS, WRONG_EMAIL, WRONG_LICENSE, WRONG_SERIAL
from argos.matrix.numbers import RRN, WRONG_RRN
from argos.matrix.parameters import Form
from argos.matrix.rules import FieldRule
from argos.replies.reading import DATE


@dataclass(frozen=True)
class Shape:
    """`pattern` must match the whole value, ignoring case; `wrong` is the message; `keyboard` is HTML's inputmode."""

    pattern: str
    wrong: str
    keyboard: str = "text"


def _hyphens_allowed(pattern: "re.Pattern[str]") -> str:
    return pattern.pattern.replace(")(", ")-?(")


_LICENSE = f"{_hyphens_allowed(LICENSE_DIGITS)}|{_hyphens_allowed(LICENSE_REGION)}"
_BY_FORM: Mapping[Form, Shape] = {
    Form.DATE: Shape(DATE.pattern, WRONG_DATE, "numeric"),
    Form.LICENSE: Shape(_LICENSE, WRONG_LICENSE),
    Form.SERIAL: Shape(SERIAL.pattern, WRONG_SERIAL),
    Form.DIGITS: Shape(THREE_DIGITS.pattern, WRONG_DIGITS, "numeric"),
    Form.EMAIL: Shape(EMAIL.pattern, WRONG_EMAIL, "email"),
}
_KOREAN_NUMBER = Shape(RRN.pattern, WRONG_RRN, "numeric")


def shape_of(rule: FieldRule, country: str) -> Shape | None:
    """Return the shape of a parameter; None if any text may be valid."""
    if rule.name == "identity_number" and country.strip().upper() == "KOR":
        return _KOREAN_NUMBER
    return _BY_FORM.get(rule.form)
