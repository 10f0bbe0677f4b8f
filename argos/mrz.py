"""Read the two machine-readable lines of a passport (ICAO 9303, TD3) with their check digits.

The portal fills the form from them or compares them with typed values; it does not send them.
"""

import re
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from argos.matrix.countries import is_country

LINE_LENGTH = 44
_LINE = re.compile(r"[A-Z0-9<]{44}")
_WEIGHTS = (7, 3, 1)
_K_ALONE = re.compile("(?:^|<)K+(?:<|$)|KK+(?:<|$)|KKK")
_K_BETWEEN = re.compile("K<[A-Z]|<K|KK")  # the expected position of the two fillers after the surname


@dataclass(frozen=True)
class PassportLines:
    """Dates stay YYMMDD, because the century is not printed. `broken`: the fields whose check digit is wrong."""

    issuer: str
    surname: str
    given_names: str
    document_number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    broken: tuple[str, ...]
    may_be_filler: bool = False  # readers often return K for a filler; no check digit detects it

    def values(self, today: date) -> dict[str, str]:
        """Return the values under Step 2's names, without a country or sex that the vendor has no value for."""
        found = {
            "name": f"{self.given_names} {self.surname}".strip(),
            "document_number": self.document_number,
            "nationality": self.nationality if is_country(self.nationality) else "",
            "date_of_birth": _born(self.birth, today),
            "date_of_expiry": _dashed("20", self.expiry),
            "gender": {"M": "male", "F": "female"}.get(self.sex, ""),
        }
        return {name: value for name, value in found.items() if value}


def _born(digits: str, today: date) -> str:
    """Return the birth date in the latest century that is not in the future, because the lines do not print it."""
    recent = _dashed("20", digits)
    return recent if recent <= today.isoformat() else _dashed("19", digits)


def _dashed(century: str, digits: str) -> str:
    return f"{century}{digits[:2]}-{digits[2:4]}-{digits[4:]}" if digits.isdigit() else ""


def check_digit(text: str) -> int:
    """Compute the check digit: weights 7, 3, 1 over digits, letters (A = 10) and fillers (0), modulo 10."""
    return sum(_value(sign) * weight for sign, weight in zip(text, cycle(_WEIGHTS), strict=False)) % 10


def read_td3(text: str) -> PassportLines | None:
    """Return the values; None unless these are two lines of 44 characters that begin like a passport."""
    lines = [line.replace(" ", "").upper() for line in text.strip().splitlines() if line.strip()]
    if len(lines) == 1 and len(lines[0]) == 2 * LINE_LENGTH:  # for a reader that returns both in one text
        lines = [lines[0][:LINE_LENGTH], lines[0][LINE_LENGTH:]]
    if len(lines) != 2 or not all(_LINE.fullmatch(line) for line in lines) or not lines[0].startswith("P"):
        return None
    upper, lower = lines
    surname, _, given = upper[5:].partition("<<")
    return PassportLines(
        issuer=_plain(upper[2:5]),
        surname=_plain(surname),
        given_names=_plain(given),
        document_number=_plain(lower[0:9]),
        nationality=_plain(lower[10:13]),
        birth=lower[13:19],
        sex=_plain(lower[20]),
        expiry=lower[21:27],
        broken=_broken(lower),
        may_be_filler=_may_be_filler(upper[5:], lower[0:9]),
    )


def _may_be_filler(names: str, number: str) -> bool:
    """Return whether a K may be a filler: both weigh the same in a check digit (20 and 0, modulo 10).

    Names have none.
    """
    one_part = not names.partition("<<")[2].strip("<")
    return bool(_K_ALONE.search(names)) or number.endswith("K") or (one_part and bool(_K_BETWEEN.search(names)))


def _broken(lower: str) -> tuple[str, ...]:
    checked = {
        "document_number": (lower[0:9], lower[9]),
        "date_of_birth": (lower[13:19], lower[19]),
        "date_of_expiry": (lower[21:27], lower[27]),
        "personal_number": (lower[28:42], lower[42]),
        "all": (lower[0:10] + lower[13:20] + lower[21:43], lower[43]),
    }
    return tuple(name for name, (text, digit) in checked.items() if not _agrees(text, digit))


def _agrees(text: str, digit: str) -> bool:
    """Compare a check digit. An empty personal number may have a filler instead of its digit."""
    return digit == str(check_digit(text)) or (digit == "<" and not text.strip("<"))


def _value(sign: str) -> int:
    return 0 if sign == "<" else int(sign, 36)


def _plain(text: str) -> str:
    return " ".join(text.replace("<", " ").split())
