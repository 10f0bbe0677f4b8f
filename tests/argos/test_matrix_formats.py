"""Single values, values compared with each other and with today, and the normalization of each format."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.in_ import aadhaar
from stdnum.kr import rrn
from stdnum.verhoeff import calc_check_digit

from argos.matrix import (
    PARAMETERS,
    Options,
    check_step2,
    clean_step2,
    country_choices,
    country_code,
    is_country,
    step2_fields,
)
from tests.argos.matrix_checks import TODAY, found


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("1990-02-28", "1990-02-28"),
        (" 1990.2.28 ", "1990-02-28"),
        ("1990/02/28", "1990-02-28"),
        ("19900228", "1990-02-28"),
        ("\uff11\uff19\uff19\uff10-02-28", "1990-02-28"),
        ("28.02.1990", "28.02.1990"),
        ("1990-02-30", "1990-02-30"),
    ],
)
def test_date_is_tidied_when_its_order_is_plain(typed: str, sent: str) -> None:
    assert clean_step2({"date_of_birth": typed}) == {"date_of_birth": sent}


@pytest.mark.parametrize(
    ("born", "problem"),
    [
        ("1990-02-30", ("impossible_date", "error")),
        ("1900-02-29", ("impossible_date", "error")),
        ("0000-00-00", ("impossible_date", "error")),
        ("90-02-28", ("format", "error")),
        ("28 Feb 1990", ("format", "error")),
        ("2026-11-24", ("future", "error")),
        ("1906-11-22", None),
        ("1905-11-23", ("age", "error")),
        ("2026-11-23", ("age", "warning")),
        ("2013-11-24", ("age", "warning")),
        ("2013-11-23", None),
    ],
)
def test_birth_date(born: str, problem: tuple[str, str] | None) -> None:
    expected = {("date_of_birth", *problem)} if problem else set()
    assert found({"date_of_birth": born}) == expected


@pytest.mark.parametrize(
    ("issued", "expires", "problem"),
    [
        ("2020-01-01", "2030-01-01", None),
        ("2020-01-01", "2026-11-23", None),
        ("2020-01-01", "2026-11-22", ("date_of_expiry", "expired", "warning")),
        ("2020-01-01", "2020-01-01", ("date_of_expiry", "order", "error")),
        ("2026-11-24", "2030-01-01", ("date_of_issue", "future", "error")),
        ("1980-01-01", "2030-01-01", ("date_of_issue", "order", "error")),
        ("", "1980-01-01", ("date_of_expiry", "order", "error")),
        ("2020-13-01", "2030-01-01", ("date_of_issue", "impossible_date", "error")),
    ],
)
def test_issue_and_expiry(issued: str, expires: str, problem: tuple[str, str, str] | None) -> None:
    values = {"date_of_birth": "1990-02-28", "date_of_issue": issued, "date_of_expiry": expires}
    assert found(values) == ({problem} if problem else set())


def test_what_has_begun_elsewhere_is_not_still_to_come() -> None:
    tomorrow = TODAY + timedelta(days=1)
    values = {"date_of_birth": tomorrow.isoformat(), "date_of_issue": tomorrow.isoformat()}
    values |= {"identity_number": f"{tomorrow:%y%m%d}-3000000"}

    def messages_by(latest_day: date) -> dict[tuple[str, str], str]:
        problems = check_step2(values, {"faceImage"}, "KOR", "passport", Options(), today=TODAY, latest_day=latest_day)
        return {(problem.field, problem.code): problem.message for problem in problems}

    wrong = {("date_of_birth", "future"), ("date_of_issue", "future"), ("identity_number", "format")}
    assert wrong < messages_by(TODAY).keys()
    assert not wrong & messages_by(tomorrow).keys()
    assert "0 years" in messages_by(tomorrow)["date_of_birth", "age"]


def test_expired_says_that_it_can_be_overruled() -> None:
    values = {"date_of_expiry": "2020-01-01"}
    problems = check_step2(values, {"faceImage"}, "USA", "passport", Options(), today=TODAY)
    expired = next(problem for problem in problems if problem.code == "expired")
    assert not expired.is_error
    assert "reason" in expired.message


@pytest.mark.parametrize("code", ["KOR", "USA", "XKX", "TWN"])
def test_country_is_known(code: str) -> None:
    assert is_country(code)
    assert code in dict(country_choices())


@pytest.mark.parametrize("code", ["", "KR", "ZZZ", "kor", "KOREA", "410"])
def test_country_is_unknown(code: str) -> None:
    assert not is_country(code)


def test_country_is_tidied_to_capitals() -> None:
    assert clean_step2({"nationality": " kor", "address_country": "xkx"}) == {
        "nationality": "KOR",
        "address_country": "XKX",
    }


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("kr", "KOR"),
        ("한국", "KOR"),
        ("대한민국", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("Republic of Korea", "KOR"),
        ("북한", "PRK"),
        ("대만", "TWN"),
        ("UK", "GBR"),
        ("United States of America", "USA"),
        ("turkiye", "TUR"),
        ("Côte d'Ivoire", "CIV"),
        ("Kosovo", "XKX"),
        ("Korea", "KOREA"),  # it is ambiguous which of the two
        ("", ""),
    ],
)
def test_country_by_any_of_its_names(typed: str, code: str) -> None:
    assert country_code(typed) == code


@pytest.mark.parametrize(("typed", "sent"), [("Male", "male"), ("F", "female"), (" FEMALE ", "female")])
def test_gender_is_tidied(typed: str, sent: str) -> None:
    assert clean_step2({"gender": typed}) == {"gender": sent}
    assert found({"gender": typed}) == set()


@pytest.mark.parametrize("typed", ["X", "x", "unspecified"])
def test_gender_x_is_explained_and_left_to_a_person(typed: str) -> None:
    problems = check_step2({"gender": typed}, {"faceImage"}, "USA", "drivers_license", Options(), today=TODAY)
    problem = next(each for each in problems if each.field == "gender")
    assert (problem.code, problem.severity) == ("gender_x", "error")
    assert "officer" in problem.message


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("12-34-567890-12", "12-34-567890-12"),
        ("123456789012", "12-34-567890-12"),
        ("12 34 567890 12", "12-34-567890-12"),
        ("서울-12-345678-90", "서울-12-345678-90"),
        ("서울 12 345678 90", "서울-12-345678-90"),
        ("서울1234567890", "서울-12-345678-90"),
        # Decomposed jamo, as some systems type Korean.
        ("\u1109\u1165\u110b\u116e\u11af-12-345678-90", "서울-12-345678-90"),
    ],
)
def test_license_number_in_both_forms(typed: str, sent: str) -> None:
    values = {"license_number": typed}
    assert clean_step2(values) == {"license_number": sent}
    assert found(values, "KOR", "drivers_license") == set()


@pytest.mark.parametrize(
    "typed", ["12-34-567890-1", "서-12-345678-90", "SE-12-345678-90", "서울-12-345678-9", "서울-1234"]
)
def test_license_number_in_no_form(typed: str) -> None:
    assert found({"license_number": typed}, "KOR", "drivers_license") == {("license_number", "format", "error")}


@pytest.mark.parametrize(
    ("typed", "is_good"),
    [("ABCDEF", True), ("123456", True), ("a1b 2c3", True), ("A1B2C3D", False), ("가나다라마바", False)],
)
def test_serial_number_is_six_letters_or_digits(typed: str, is_good: bool) -> None:
    assert (found({"serial_number": typed}, "KOR", "drivers_license") == set()) is is_good


@pytest.mark.parametrize(
    ("typed", "sent"), [("123test", "123"), ("123", "123"), ("123홍길동", "123"), (" 007x", "007")]
)
def test_occupancy_code_is_its_three_digits(typed: str, sent: str) -> None:
    assert clean_step2({"userOccupancyCode": typed}) == {"userOccupancyCode": sent}


@pytest.mark.parametrize("typed", ["12", "1234", "test123", "12a4"])
def test_occupancy_code_without_three_leading_digits_is_refused(typed: str) -> None:
    assert found({"userOccupancyCode": typed}) == {("userOccupancyCode", "format", "error")}


@pytest.mark.parametrize("code", ["87C4VXX7+39", "87c4vxx7+39", "87C4VXX7+"])
def test_full_plus_code(code: str) -> None:
    assert found({"globalCode": code}) == set()


@pytest.mark.parametrize("code", ["87C4VXX7", "VXX7+39", "87C4VXX7+3", "AAAAAAAA+AA", "+"])
def test_not_a_full_plus_code(code: str) -> None:
    assert found({"globalCode": code}) == {("globalCode", "format", "error")}


@pytest.mark.parametrize("code", ["VXX7+39", "87C4VXX7+39 Washington", "Washington VXX7+39", "ABCD+EF Seoul"])
def test_not_a_short_plus_code_with_its_place(code: str) -> None:
    assert found({"compoundCode": code}) == {("compoundCode", "format", "error")}


def korean(front: str, back: str, **values: str) -> set[tuple[str, str, str]]:
    return found({"identity_number": f"{front}-{back}", **values}, "KOR", "government_id")


def with_check_digit(front: str, back: str) -> str:
    return back + rrn.calc_check_digit(front + back)


def without_check_digit(front: str, back: str) -> str:
    return back + str((int(rrn.calc_check_digit(front + back)) + 1) % 10)


CHECKSUM = ("identity_number", "checksum")


def test_korean_number_that_adds_up() -> None:
    assert korean("900228", with_check_digit("900228", "223456")) == set()


def test_korean_number_that_does_not_add_up_may_be_newer() -> None:
    wrong = without_check_digit("900228", "223456")
    assert korean("900228", wrong) == {(*CHECKSUM, "warning")}
    assert korean("900228", wrong, date_of_issue="2021-01-01") == {(*CHECKSUM, "warning")}


def test_korean_number_that_is_surely_older_must_add_up() -> None:
    wrong = without_check_digit("900228", "223456")
    assert korean("900228", wrong, date_of_issue="2020-09-30") == {(*CHECKSUM, "error")}


def test_random_digits_of_newer_numbers_are_no_error() -> None:
    assert {severity for _, _, severity in korean("220228", "3999991")} <= {"warning"}


def test_foreigners_number_has_another_check_digit() -> None:
    assert korean("900228", without_check_digit("900228", "623456"), date_of_issue="2015-01-01") == set()


@pytest.mark.parametrize(
    "number", ["900230-2234567", "900228", "900228-223456", "9002282-234567", "abcdef-ghijklm", "991231-3234567"]
)
def test_korean_number_of_no_shape_or_date(number: str) -> None:
    values = {"identity_number": number}
    assert found(values, "KOR", "residence_permit") == {("identity_number", "format", "error")}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"date_of_birth": "1990-02-27"}, ("date_of_birth", "mismatch", "warning")),
        ({"gender": "male"}, ("gender", "mismatch", "warning")),
        ({"date_of_birth": "1990-02-28", "gender": "female"}, None),
    ],
)
def test_korean_number_is_compared_with_the_rest(values: dict[str, str], problem: tuple[str, str, str] | None) -> None:
    assert korean("900228", with_check_digit("900228", "223456"), **values) == ({problem} if problem else set())


def test_identity_number_of_other_countries_is_not_a_korean_one() -> None:
    assert found({"identity_number": "123-45-6789"}) == set()


def test_aadhaar_by_its_check_digit() -> None:
    good = "23412341234"
    good += calc_check_digit(good)
    assert aadhaar.is_valid(good)
    assert found({"document_number": good}, "IND", "aadhaar") == set()
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert found({"document_number": bad}, "IND", "aadhaar") == {("document_number", "checksum", "error")}
    assert found({"identity_number": "123"}, "IND", "aadhaar") == {("identity_number", "checksum", "error")}
    assert found({"document_number": "XXXX XXXX 1234"}, "IND", "aadhaar") == {("document_number", "masked", "warning")}


def test_pan_by_its_form() -> None:
    assert found({"document_number": "acupa7085r"}, "IND", "pancard") == set()
    assert found({"document_number": "ACUPA7085"}, "IND", "pancard") == {("document_number", "checksum", "error")}
    assert found({"document_number": "ACUPA7085"}, "IND", "passport") == set()


def test_name_keeps_its_letters_and_loses_its_extra_spaces() -> None:
    assert clean_step2({"name": "  Zoë\u00a0 O\u2019Neil \n"}) == {"name": "Zoë O\u2019Neil"}
    assert clean_step2({"name": "Zoe\u0308"}) == {"name": "Zoë"}


NAMES = st.sampled_from([parameter.name for parameter in PARAMETERS])
SOME = st.text(max_size=20) | st.sampled_from(
    ["KOR", "1990-02-28", "9999-12-31", "900228-2234567", "87C4VXX7+39", "any"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no error of the checks
@given(
    st.dictionaries(NAMES | st.text(max_size=5), SOME),
    st.sampled_from(["KOR", "USA", "IND", "", "zz"]),
    st.text(max_size=9),
)
def test_checks_never_raise_and_tidying_settles(values: dict[str, str], country: str, id_type: str) -> None:
    for document in (id_type, "aadhaar", "pancard"):
        check_step2(values, (), country, document, Options(address_codes=True), today=TODAY, id_type_unknown=True)
    cleaned = clean_step2(values)
    assert clean_step2(cleaned) == cleaned
    assert all(cleaned.values())
    assert set(step2_fields(values, Options())) == set(cleaned)
