"""The specimen of ICAO Doc 9303, part 4: a fictitious person of a fictitious state."""

import pytest

from argos.mrz import check_digit, read_td3
from tests.argos.mrz_lines import LOWER, UPPER


def test_specimen_is_read() -> None:
    lines = read_td3(f"{UPPER}\n{LOWER}")
    assert lines is not None
    assert (lines.surname, lines.given_names, lines.issuer, lines.nationality) == (
        "ERIKSSON",
        "ANNA MARIA",
        "UTO",
        "UTO",
    )
    assert (lines.document_number, lines.birth, lines.sex, lines.expiry) == ("L898902C3", "740812", "F", "120415")
    assert lines.broken == ()


@pytest.mark.parametrize(
    ("position", "name"),
    [(0, "document_number"), (13, "date_of_birth"), (21, "date_of_expiry"), (28, "personal_number")],
)
def test_one_wrong_sign_breaks_its_field_and_the_whole(position: int, name: str) -> None:
    wrong = LOWER[:position] + ("8" if LOWER[position] != "8" else "7") + LOWER[position + 1 :]
    lines = read_td3(f"{UPPER}\n{wrong}")
    assert lines is not None
    assert lines.broken == (name, "all")


@pytest.mark.parametrize("text", ["", UPPER, f"{LOWER}\n{UPPER}", f"{UPPER}\n{LOWER[:-1]}", f"{UPPER}\n{LOWER}\n"[:60]])
def test_anything_else_is_none(text: str) -> None:
    assert read_td3(text) is None


def test_check_digit_of_the_standards_example() -> None:
    assert check_digit("520727") == 3


def test_empty_personal_number_may_have_a_filler() -> None:
    head = "L898902C36UTO7408122F1204159" + "<" * 14
    composite = check_digit(head[0:10] + head[13:20] + head[21:42] + "<")
    lines = read_td3(f"{UPPER}\n{head}<{composite}")
    assert lines is not None
    assert lines.broken == ()
