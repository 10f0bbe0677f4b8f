"""Generate fictitious people: names, documents and addresses, the same ones for the same number."""

import random
from dataclasses import dataclass
from typing import Any

ONSETS = ("b", "ch", "d", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "y", "z")
VOWELS = ("a", "e", "i", "o", "u", "ae", "eo", "ai")
ENDS = ("", "n", "ng", "k", "l", "m", "r", "s")
COUNTRIES = ("KOR", "USA", "GBR", "VNM", "JPN", "FRA", "DEU", "IND")
COUNTRY_WEIGHTS = (52, 18, 6, 8, 5, 4, 4, 3)
ID_TYPES = ("passport", "government_id", "drivers_license")
ID_WEIGHTS = (30, 45, 25)
GIVEN = 2_000
FAMILIES = 20_000


def _words(count: int, syllables: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        parts = (chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(ENDS) for _syllable in range(syllables))
        found["".join(parts).capitalize()] = None
    return list(found)


GIVEN_NAMES = _words(GIVEN, 2, 1)
FAMILY_NAMES = _words(FAMILIES, 3, 2)


@dataclass(frozen=True)
class Person:
    country: str
    id_type: str
    values: dict[str, str]
    read: dict[str, str]


def person(number: int, chance: random.Random) -> Person:
    """Return the person of this number. One in 25 has a value that the agent corrected after OCR."""
    country = chance.choices(COUNTRIES, COUNTRY_WEIGHTS)[0]
    id_type = chance.choices(ID_TYPES, ID_WEIGHTS)[0]
    given, family = chance.choice(GIVEN_NAMES), chance.choice(FAMILY_NAMES)
    born = f"{chance.randrange(1945, 2006)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    on_document: dict[str, str] = {
        "name": f"{given} {family}",
        "date_of_birth": born,
        "date_of_issue": f"20{chance.randrange(16, 23)}-0{chance.randrange(1, 10)}-11",
        "date_of_expiry": f"20{chance.randrange(27, 36)}-0{chance.randrange(1, 10)}-10",
        **_numbers(number, id_type, country, born),
    }
    read = dict(on_document)
    if number % 25 == 0:
        read["name"] = f"{given} {family[:-1]}"
    office = {"email": f"{given}.{family}.{number}@example.com".lower(), "customer_id": f"C-{number:08}"}
    return Person(country, id_type, {**office, **on_document}, read)


def _numbers(number: int, id_type: str, country: str, born: str) -> dict[str, str]:
    if id_type == "drivers_license" and country == "KOR":
        return {"license_number": f"{11 + number % 16}-{number % 90 + 10}-{number % 1_000_000:06}-{number % 90 + 10}"}
    if id_type == "government_id" and country == "KOR":
        return {"identity_number": f"{born[2:4]}{born[5:7]}{born[8:]}-{number % 10_000_000:07}"}
    return {"document_number": f"M{number:09}"}


def plain_columns(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the values that the comparison stores readable in columns of its own."""
    number = values.get("document_number") or values.get("license_number") or values.get("identity_number", "")
    return values["email"], values["customer_id"], values["name"], number, values["date_of_birth"]
