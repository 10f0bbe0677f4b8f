"""The kinds of mistakes that must not use an attempt: the customer, the planted mistake, the expected finding.

`docs/mistakes.md` lists the same kinds for people; a test compares both. The slow test and `python -m bench.mistakes`
plant them, one in each generated customer.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from stdnum import verhoeff
from stdnum.kr import rrn

from bench import labelled_documents, labelled_selfies
from tests import pictures

DATA, ID, SELFIE = "data", "ID image", "selfie"
READ_AS = {
    "name": "fullName",
    "date_of_birth": "birthDate",
    "gender": "gender",
    "nationality": "nationality",
    "identity_number": "personalNumber",
    "license_number": "licenseNumber",
    "serial_number": "serialNumber",
    "document_number": "documentNumber",
    "date_of_issue": "issueDate",
    "date_of_expiry": "expireDate",
}
GIVEN = ("Minseo", "Jiho", "Hana", "Alex", "Maria", "Noah", "Olivia", "Seoyeon")
FAMILY = ("Testcase", "Sample", "Specimen", "Example")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # pragma: allowlist secret


@dataclass
class Customer:
    """A fictitious person: the values on the ID, the agent's typed values, and those that the vendor does not read."""

    country: str
    id_type: str
    email: str
    printed: dict[str, str]
    values: dict[str, str]
    unread: set[str] = field(default_factory=set)
    id_image: bytes | None = None
    selfie: bytes | None = None

    def reading(self) -> dict[str, str]:
        return {READ_AS[name]: text for name, text in self.printed.items() if name not in self.unread}


Chance = random.Random
Plant = Callable[[Customer, Chance], Customer]


@dataclass(frozen=True)
class Mistake:
    """`document`: the customers to which it applies. `expects`: codes of which any one, beside `field`, names it."""

    what: str
    area: str
    field: str
    expects: tuple[str, ...]
    plant: Plant
    document: str = "licence"


def customer(document: str, number: int, chance: Chance) -> Customer:
    country, id_type, values = DOCUMENTS[document](chance)
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(15_000))
    name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
    values = {"name": name, "date_of_birth": born.isoformat(), "gender": chance.choice(("male", "female")), **values}
    if document == "resident card":
        values["identity_number"] = resident_number(born, values["gender"], chance)
    clean = Customer(country, id_type, f"mistake{number}@example.com", values, dict(values))
    return replace(clean, id_image=pictures.id_card_jpeg(name), selfie=pictures.selfie_jpeg())


def _digits(chance: Chance, count: int) -> str:
    return "".join(chance.choice("0123456789") for _digit in range(count))


def _dates(chance: Chance) -> dict[str, str]:
    issued = date(2017, 1, 1) + timedelta(days=chance.randrange(1_000))
    return {"date_of_issue": issued.isoformat(), "date_of_expiry": issued.replace(year=issued.year + 15).isoformat()}


def _licence(chance: Chance) -> tuple[str, str, dict[str, str]]:
    number = f"{chance.randrange(11, 29)}-{_digits(chance, 2)}-{_digits(chance, 6)}-{_digits(chance, 2)}"
    serial = chance.choice(LETTERS) + _digits(chance, 4) + chance.choice(LETTERS)
    return "KOR", "drivers_license", {"license_number": number, "serial_number": serial, **_dates(chance)}


def _passport(chance: Chance) -> tuple[str, str, dict[str, str]]:
    number = f"M{_digits(chance, 8)}"
    return "KOR", "passport", {"document_number": number, "nationality": "KOR", **_dates(chance)}


def _resident_card(chance: Chance) -> tuple[str, str, dict[str, str]]:
    issued = date(2012, 1, 1) + timedelta(days=chance.randrange(2_000))
    return "KOR", "government_id", {"date_of_issue": issued.isoformat()}


def _american(chance: Chance) -> tuple[str, str, dict[str, str]]:
    return "USA", "drivers_license", {"document_number": f"D{_digits(chance, 7)}", **_dates(chance)}


def _aadhaar(chance: Chance) -> tuple[str, str, dict[str, str]]:
    body = chance.choice("23456789") + _digits(chance, 10)
    return "IND", "aadhaar", {"document_number": body + str(verhoeff.calc_check_digit(body))}


def _pan(chance: Chance) -> tuple[str, str, dict[str, str]]:
    letters = "".join(chance.choice(LETTERS) for _letter in range(3))
    return "IND", "pancard", {"document_number": f"{letters}P{chance.choice(LETTERS)}{_digits(chance, 3)}1A"}


DOCUMENTS: dict[str, Callable[[Chance], tuple[str, str, dict[str, str]]]] = {
    "licence": _licence,
    "passport": _passport,
    "resident card": _resident_card,
    "American licence": _american,
    "Aadhaar": _aadhaar,
    "PAN card": _pan,
}


def resident_number(born: date, gender: str, chance: Chance) -> str:
    """Return a number with a valid check digit; area codes 96 to 99 were never issued, so it belongs to nobody."""
    century = 1 if born.year < 2000 else 3
    body = f"{born:%y%m%d}{century + (gender == 'female')}9{chance.randrange(6, 10)}{_digits(chance, 3)}"
    return f"{body[:6]}-{body[6:]}{rrn.calc_check_digit(body)}"


def typed(name: str, change: Callable[[str, Chance], str], *, unread: bool = False) -> Plant:
    """Let the agent type `change(value)` for `name`.

    `unread`: the vendor does not read it, so only the form can find it.
    """

    def plant(given: Customer, chance: Chance) -> Customer:
        values = {**given.values, name: change(given.values.get(name, ""), chance)}
        return replace(given, values=values)

    def hidden(given: Customer, chance: Chance) -> Customer:
        return replace(plant(given, chance), unread={*given.unread, name})

    return hidden if unread else plant


def always(text: str) -> Callable[[str, Chance], str]:
    return lambda value, chance: text


def another_digit(value: str, chance: Chance) -> str:
    """Replace one digit, but not the first, which has rules of its own."""
    places = [at for at, sign in enumerate(value) if sign.isdigit() and at]
    at = chance.choice(places)
    return value[:at] + str((int(value[at]) + chance.randrange(1, 10)) % 10) + value[at + 1 :]


def swapped(value: str, chance: Chance) -> str:
    """Swap two different neighbours; if all are equal, change one digit."""
    places = [at for at in range(len(value) - 1) if value[at : at + 2].isdigit() and value[at] != value[at + 1]]
    if not places:
        return another_digit(value, chance)
    at = chance.choice(places)
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def last_digit(value: str, chance: Chance) -> str:
    return value[:-1] + str((int(value[-1]) + chance.randrange(1, 10)) % 10)


def cut(value: str, chance: Chance) -> str:
    return value[:-1]


def in_words(value: str, chance: Chance) -> str:
    return date.fromisoformat(value).strftime("%d %b %Y")


def another_year(value: str, chance: Chance) -> str:
    return f"{int(value[:4]) + chance.choice((-10, -1, 1, 10))}{value[4:]}".replace("02-29", "02-28")


def turned_round(value: str, chance: Chance) -> str:
    first, *rest = value.split()
    return " ".join([*rest, first])


def without_letter(value: str, chance: Chance) -> str:
    at = chance.randrange(1, len(value.split()[0]))
    return value[:at] + value[at + 1 :]


def another_person(value: str, chance: Chance) -> str:
    return "Robin Somebodyelse"


def other_gender(value: str, chance: Chance) -> str:
    return "female" if value == "male" else "male"


def masked(value: str, chance: Chance) -> str:
    return f"XXXXXXXX{value[-4:]}"


def before_birth(given: Customer, chance: Chance) -> Customer:
    return replace(given, values={**given.values, "date_of_issue": "1950-01-01"})


def expiry_before_issue(given: Customer, chance: Chance) -> Customer:
    return replace(given, values={**given.values, "date_of_expiry": given.values["date_of_issue"]})


def expired(given: Customer, chance: Chance) -> Customer:
    """Expire the ID itself, so that the vendor reads the same date."""
    dates = {"date_of_issue": "2010-01-04", "date_of_expiry": "2020-01-03"}
    return replace(given, values={**given.values, **dates}, printed={**given.printed, **dates})


def emptied(name: str) -> Plant:
    """Leave the field empty, which the vendor did not read either."""

    def plant(given: Customer, chance: Chance) -> Customer:
        values = {key: text for key, text in given.values.items() if key != name}
        return replace(given, values=values, unread={*given.unread, name})

    return plant


def mail(given: Customer, chance: Chance) -> Customer:
    return replace(given, email=given.email.replace("@example.com", "@example"))


def pictured(which: str, draw: "Draw") -> Plant:
    def plant(given: Customer, chance: Chance) -> Customer:
        generator = np.random.default_rng(chance.randrange(2**32))
        content = labelled_selfies.written(generator, draw(generator))
        return replace(given, **{which: content})

    return plant


def file(which: str, content: Callable[[], bytes] | None) -> Plant:
    return lambda given, chance: replace(given, **{which: content() if content else None})


DATA_MISTAKES: tuple[tuple[str, str, tuple[str, ...], Plant, str], ...] = (
    ("birth year mistyped", "date_of_birth", ("changed", "age"), typed("date_of_birth", another_year), "licence"),
    ("birth date still to come", "date_of_birth", ("future",), typed("date_of_birth", always("2090-05-06")), "licence"),
    (
        "birth date that does not exist",
        "date_of_birth",
        ("impossible_date",),
        typed("date_of_birth", always("1990-02-30")),
        "licence",
    ),
    ("birth date in words", "date_of_birth", ("format",), typed("date_of_birth", in_words), "passport"),
    ("birth date 130 years ago", "date_of_birth", ("age",), typed("date_of_birth", always("1894-05-06")), "licence"),
    (
        "birth date of a child",
        "date_of_birth",
        ("age", "changed"),
        typed("date_of_birth", always("2021-05-06")),
        "licence",
    ),
    ("letter left out of the name", "name", ("changed",), typed("name", without_letter), "licence"),
    ("last name first", "name", ("changed",), typed("name", turned_round), "passport"),
    ("another person's name", "name", ("changed",), typed("name", another_person), "licence"),
    ("a year for a name, not read", "name", ("name_letters",), typed("name", always("1990"), unread=True), "licence"),
    ("an initial for a name, not read", "name", ("name_initial",), typed("name", always("M"), unread=True), "licence"),
    ("a picture for a name, not read", "name", ("symbols",), typed("name", always("😀"), unread=True), "licence"),
    ("licence number a digit short", "license_number", ("format",), typed("license_number", cut), "licence"),
    (
        "licence number with two digits swapped",
        "license_number",
        ("changed",),
        typed("license_number", swapped),
        "licence",
    ),
    ("serial number a sign short", "serial_number", ("format",), typed("serial_number", cut), "licence"),
    (
        "serial number with another digit",
        "serial_number",
        ("changed",),
        typed("serial_number", another_digit),
        "licence",
    ),
    ("serial number forgotten and not read", "serial_number", ("missing",), emptied("serial_number"), "licence"),
    ("resident number a digit short", "identity_number", ("format",), typed("identity_number", cut), "resident card"),
    (
        "resident number mistyped, not read, issued before October 2020",
        "identity_number",
        ("checksum", "format", "mismatch"),
        typed("identity_number", last_digit, unread=True),
        "resident card",
    ),
    (
        "resident number mistyped",
        "identity_number",
        ("changed", "checksum", "format"),
        typed("identity_number", another_digit),
        "resident card",
    ),
    (
        "gender against the resident number",
        "gender",
        ("mismatch", "changed"),
        typed("gender", other_gender, unread=True),
        "resident card",
    ),
    (
        "birth date against the resident number",
        "date_of_birth",
        ("mismatch", "changed"),
        typed("date_of_birth", another_year, unread=True),
        "resident card",
    ),
    (
        "passport number with another digit",
        "document_number",
        ("changed",),
        typed("document_number", another_digit),
        "passport",
    ),
    ("passport expires before it is issued", "date_of_expiry", ("order",), expiry_before_issue, "passport"),
    ("passport that has expired", "date_of_expiry", ("expired",), expired, "passport"),
    (
        "issue date still to come",
        "date_of_issue",
        ("future",),
        typed("date_of_issue", always("2089-01-01")),
        "passport",
    ),
    ("issue date before the birth", "date_of_issue", ("order",), before_birth, "passport"),
    (
        "nationality that is no country",
        "nationality",
        ("unknown_country",),
        typed("nationality", always("Atlantis")),
        "passport",
    ),
    ("gender shown as X", "gender", ("gender_x",), typed("gender", always("X")), "American licence"),
    ("gender forgotten and not read", "gender", ("missing",), emptied("gender"), "American licence"),
    (
        "Aadhaar number with another digit, not read",
        "document_number",
        ("checksum",),
        typed("document_number", another_digit, unread=True),
        "Aadhaar",
    ),
    (
        "masked Aadhaar number, not read",
        "document_number",
        ("masked",),
        typed("document_number", masked, unread=True),
        "Aadhaar",
    ),
    (
        "PAN a sign short, not read",
        "document_number",
        ("checksum",),
        typed("document_number", cut, unread=True),
        "PAN card",
    ),
    ("e-mail without its ending", "email", ("format",), mail, "licence"),
)


def _data() -> list[Mistake]:
    return [Mistake(what, DATA, place, expects, plant, whose) for what, place, expects, plant, whose in DATA_MISTAKES]


Draw = Callable[[np.random.Generator], labelled_selfies.Picture]


def _drawn(area: str, which: str, place: str, bad: dict[str, tuple[Draw, tuple[str, ...]]]) -> list[Mistake]:
    return [Mistake(what, area, place, expects, pictured(which, draw)) for what, (draw, expects) in bad.items()]


CATALOGUE: tuple[Mistake, ...] = (
    *_data(),
    *_drawn(ID, "id_image", "id_front", labelled_documents.BAD),
    Mistake("no picture of the ID", ID, "idImage", ("missing",), file("id_image", None)),
    Mistake(
        "a file that is no picture",
        ID,
        "id_front",
        ("not_an_image",),
        file("id_image", lambda: b"not a picture"),
    ),
    *_drawn(SELFIE, "selfie", "selfie", labelled_selfies.BAD),
    Mistake("no selfie", SELFIE, "faceImage", ("missing",), file("selfie", None)),
    Mistake("a picture of something else", SELFIE, "selfie", ("no_face",), file("selfie", pictures.no_face_jpeg)),
)
