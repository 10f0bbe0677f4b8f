"""The check while typing gives the same result as the server's, for valid and invalid values."""

import re
from datetime import date

import pytest

from argos import mrz
from argos.matrix import Options, check_step2, clean_step2, country_choices, rules_for, shape_of
from tests.argos.mrz_lines import passport

RULES = {
    rule.name: (country, rule)
    for country, id_type in (("USA", "drivers_license"), ("KOR", "drivers_license"))
    for rule in rules_for(country, id_type, Options(account_occupancy=True))
}
SAMPLES = {
    "date_of_birth": {"1990-02-03": True, "1990.2.3": True, "19900203": True, "90-02-03": False, "3 Feb 1990": False},
    "license_number": {
        "12-34-567890-12": True,
        "123456789012": True,
        "서울-12-345678-90": True,
        "서울1234567890": True,
        "12-34-56789-12": False,
        "Seoul-12-345678-90": False,
    },
    "serial_number": {"A1B2C3": True, "a1b2c3": True, "A1B2C": False, "A1B2C34": False, "A1-2C3": False},
    "userOccupancyCode": {"123": True, "123test": True, "12": False, "1234": False},
    "identity_number": {"900228-1234567": True, "9002281234567": True, "900228-123456": False, "90022-81234567": False},
}


def matches(name: str, text: str) -> bool:
    country, rule = RULES[name]
    shape = shape_of(rule, country)
    assert shape is not None
    return re.fullmatch(shape.pattern, text, re.IGNORECASE) is not None


def is_well_formed(name: str, text: str) -> bool:
    found = check_step2({name: text}, set(), "KOR", "drivers_license", Options(), today=date(2026, 1, 1))
    return not any(problem.field == name and problem.code == "format" for problem in found)


@pytest.mark.parametrize(
    ("name", "text", "expected"), [(n, text, ok) for n, rows in SAMPLES.items() for text, ok in rows.items()]
)
def test_shape_and_server_agree(name: str, text: str, expected: bool) -> None:
    assert (matches(name, text), is_well_formed(name, text)) == (expected, expected)


def test_any_name_has_no_shape() -> None:
    country, rule = RULES["name"]
    assert shape_of(rule, country) is None


def test_shapes_are_what_a_browser_reads_too() -> None:
    """No syntax that only Python has: named groups, inline flags, possessive quantifiers."""
    shapes = [shape for country, rule in RULES.values() if (shape := shape_of(rule, country))]
    assert shapes
    assert not any(re.search(r"\(\?P|\(\?[aiLmsux]|\\A|\\Z|\+\+", shape.pattern) for shape in shapes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("kor", "KOR"), ("South Korea", "KOR"), ("대한민국", "KOR"), ("germany", "DEU"), ("Kosovo", "XKX")],
)
def test_a_country_may_be_typed_by_name(typed: str, code: str) -> None:
    assert clean_step2({"nationality": typed}) == {"nationality": code}


def test_what_is_no_country_stays_to_be_told() -> None:
    assert clean_step2({"nationality": "Atlantis"}) == {"nationality": "ATLANTIS"}


def test_countries_are_named_in_the_readers_language() -> None:
    assert dict(country_choices("ko"))["DEU"] == "독일"
    assert dict(country_choices("en"))["DEU"] == "Germany"


def test_passport_lines_under_step2s_names() -> None:
    lines = mrz.read_td3(passport())
    assert lines is not None
    assert lines.broken == ()
    assert lines.values(date(2026, 1, 1)) == {
        "name": "MINSEO EUN TESTCASE",
        "document_number": "M12345678",
        "nationality": "KOR",
        "date_of_birth": "1990-02-03",
        "date_of_expiry": "2035-01-01",
        "gender": "female",
    }


def test_a_birth_year_is_never_still_to_come() -> None:
    lines = mrz.read_td3(passport(born="150101"))
    assert lines is not None
    assert lines.values(date(2026, 1, 1))["date_of_birth"] == "2015-01-01"
    assert lines.values(date(2014, 1, 1))["date_of_birth"] == "1915-01-01"


def test_a_reader_may_give_both_lines_in_one() -> None:
    assert mrz.read_td3(passport().replace("\n", "")) == mrz.read_td3(passport())
