"""One normal form for typed, pasted and read text; the character that has none is named in the refusal."""

import pytest

from argos.characters import named, normalise, refused
from argos.matrix import Options, Shown, check_step2, clean_step2
from argos.matrix.parameters import PARAMETERS, Case, Form
from argos.replies import ocr
from tests.argos.characters import AS_IT_IS, SAME
from tests.argos.matrix_checks import TODAY, found


@pytest.mark.parametrize(("typed", "kept"), SAME.values(), ids=SAME)
def test_the_same_text_in_another_spelling(typed: str, kept: str) -> None:
    assert normalise(typed) == kept
    assert normalise(kept) == kept


@pytest.mark.parametrize("text", AS_IT_IS)
def test_letters_of_real_names_stay(text: str) -> None:
    assert normalise(text) == text
    assert refused(text) == ""


CASES = [
    ("date_of_birth", "\uff11\uff19\uff19\uff10-\uff10\uff14-\uff11\uff12", "1990-04-12"),
    ("date_of_birth", "1990-04-12\u200b", "1990-04-12"),
    ("date_of_birth", "\u200e1990-04-12", "1990-04-12"),
    ("date_of_birth", "1990\u201104\u201112", "1990-04-12"),
    (
        "license_number",
        "\uff11\uff12-\uff13\uff14-\uff15\uff16\uff17\uff18\uff19\uff10-\uff11\uff12",
        "12-34-567890-12",
    ),
    ("license_number", "\u200b12-34-567890-12", "12-34-567890-12"),
    ("license_number", "12\u201134\u2011567890\u201112", "12-34-567890-12"),
    ("license_number", "12\u201334\u2013567890\u201312", "12-34-567890-12"),
    ("license_number", "12\u221234\u2212567890\u221212", "12-34-567890-12"),
    ("identity_number", "\uff19\uff10\uff10\uff14\uff11\uff12-1234567", "900412-1234567"),
    ("identity_number", "900412-1234567\u200b", "900412-1234567"),
    ("identity_number", "900412\u20111234567", "900412-1234567"),
    ("document_number", "\uff2d\uff11\uff12\uff13", "M123"),
    ("document_number", "M12345678\u200b", "M12345678"),
    ("document_number", "M1234\u20115678", "M1234-5678"),
    ("compoundCode", "\uff28\uff38\uff26\uff30\uff0b\uff38\uff12 Seoul", "HXFP+X2 Seoul"),
    ("name", "\uae40\u200b\ubbfc\uc9c0", "김민지"),
    ("serial_number", "AB12CD\u200b", "AB12CD"),
    ("userOccupancyCode", "\u200b123", "123"),
]


@pytest.mark.parametrize(("field", "typed", "sent"), CASES)
def test_every_typed_field_is_brought_into_the_normal_form(field: str, typed: str, sent: str) -> None:
    assert clean_step2({field: typed}) == {field: sent}


TYPED = [one.name for one in PARAMETERS if one.form not in (Form.FILE, Form.REFERENCE, Form.CHOICE)]


@pytest.mark.parametrize("field", TYPED)
@pytest.mark.parametrize("sign", ["\u3164", "\u2800", "\ue000", "\ufffd", "\x7f", "\U000e0041"])
def test_every_typed_field_refuses_what_has_no_normal_form_by_name(field: str, sign: str) -> None:
    options = Options(address_codes=True, structured_address=True, account_occupancy=True)
    assert Shown.ALWAYS in {one.shown for one in PARAMETERS if one.is_shown(Case("KOR", "drivers_license", options))}
    problems = check_step2({field: f"12{sign}34"}, (), "KOR", "drivers_license", options, today=TODAY)
    told = [problem.message for problem in problems if (problem.field, problem.code) == (field, "invisible")]
    assert told
    assert f"U+{ord(sign):04X}" in told[0]


@pytest.mark.parametrize(
    ("field", "typed", "sign"),
    [
        ("license_number", "12-34-56789О-12", "CYRILLIC CAPITAL LETTER O"),
        ("serial_number", "АB12CD", "CYRILLIC CAPITAL LETTER A"),
        ("date_of_birth", "199٠-04-12", "ARABIC-INDIC DIGIT ZERO"),
    ],
)
def test_a_look_alike_in_a_strict_field_is_named(field: str, typed: str, sign: str) -> None:
    problems = check_step2({field: typed}, (), "KOR", "drivers_license", Options(), today=TODAY)
    assert [sign in problem.message for problem in problems if problem.code == "format"] == [True]


def test_the_vendors_reading_gets_the_same_form() -> None:
    read = {
        "fullName": "\uff2b\uff29\uff2d\u200b MIN",
        "passportNumber": "\uff2d12\u20113",
        "birthDate": "\uff11990-01-02",
    }
    assert ocr.normalise(read)[0] == {"name": "KIM MIN", "document_number": "M12-3", "date_of_birth": "1990-01-02"}


def test_a_character_is_named_by_its_number() -> None:
    assert named("\u3164") == "U+3164 HANGUL FILLER"
    assert named("\ue000") == "U+E000"


DAYS = ["200112", "200412", "300111", "311231", "1990112", "900412", "1990 112", "19901 12", "1990-0412", "199004-12"]


@pytest.mark.parametrize("typed", DAYS)
@pytest.mark.parametrize("field", ["date_of_birth", "date_of_issue", "date_of_expiry"])
def test_a_date_that_can_be_read_as_several_days_is_none(field: str, typed: str) -> None:
    assert clean_step2({field: typed}) == {field: typed}
    assert (field, "format", "error") in found({field: typed})
    assert ocr.normalise({field: typed})[0] == {field: typed}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("19900412", "1990-04-12"),
        ("1990. 4. 12.", "1990-04-12"),
        ("1990 4 12", "1990-04-12"),
        ("1990-04-12T00:00:00Z", "1990-04-12"),
        ("1990-04-11T15:00:00Z", "1990-04-11T15:00:00Z"),  # the 12th in Seoul
        ("1990-04-12T00:00:00+09:00", "1990-04-12T00:00:00+09:00"),
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_taken(typed: str, sent: str) -> None:
    assert clean_step2({"date_of_birth": typed}) == {"date_of_birth": sent}
