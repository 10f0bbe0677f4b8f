"""Questions about values in the wrong field, field by field, and values that must never be questioned."""

from datetime import date

import pytest

from argos.matrix import Options, Problem, check_step2
from argos.mrz import read_td3
from tests.argos.matrix_checks import TODAY, found
from tests.argos.mrz_lines import LOWER, UPPER

ALL = Options(address_codes=True, structured_address=True, account_occupancy=True)


def asked(values: dict[str, str], country: str = "USA", id_type: str = "passport") -> set[str]:
    problems = check_step2(values, {"faceImage"}, country, id_type, ALL, today=TODAY)
    return {problem.code for problem in problems if problem.severity == "warning"}


NAMES = [
    "Anna Maria O’Brien-Smith Jr.",
    "Jean-François d'Arcy",
    "Nguyễn Thị Ánh Tuyết",
    "Þórður Ægisson",
    "Jöran Åkesson",
    "Łukasz Żółć",
    "Ștefan Țepeș",
    "İbrahim Çağrı Işık",
    "Владимир Щербаков",
    "Ольга Ї’жакевич",
    "Γιώργος Παπαδόπουλος",
    "محمد عبد الرحمن",
    "علی\u200cرضا",
    "דָּוִד בֶּן־גּוּרְיוֹן",
    "श्रीमती लक्ष्मी",
    "সৌমিত্র চট্টোপাধ্যায়",
    "தமிழ்ச்செல்வி",
    "สมชาย ใจดี",
    "ဒေါ်အောင်ဆန်းစုကြည်",
    "ភឿន សុខា",
    "მიხეილ სააკაშვილი",
    "Հայկ Պետրոսյան",
    "አበበ ቢቂላ",
    "홍길동",
    "남궁민수",
    "제갈 공명",
    "王",
    "欧阳修",
    "葛\U000e0100城 ゆき",
    "ガブリエル・ガルシア＝マルケス",
    "Henry Ⅷ",
    "Mª del Carmen",
    "Rajesh s/o Kumar",
    "S. R. Rajesh K",
    "U Nu",
    "Ng Eng Hen",
    "None Such",
    "Chad Jordan",
    "Test Testarossa",
    "Mikka Pekka Akkaya",
    "ǃXóõ",
    "Kamehameha ʻIolani",
    "Sukarno",
    "X Æ A-Xii",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["name", "userOccupancyName"])
def test_no_real_name_is_questioned(field: str, name: str) -> None:
    assert found({field: name}) == set()


QUESTIONS: list[tuple[str, dict[str, str]]] = [
    ("name_digits", {"name": "Mar1a"}),
    ("name_digits", {"name": "홍길동 840506"}),
    ("name_digits", {"name": "Kim 010-1234-5678"}),
    ("name_digits", {"name": "محمد ١٢"}),
    ("name_email", {"name": "maria@example.com"}),
    ("name_email", {"name": "https://example.com"}),
    ("name_word", {"name": "이름"}),
    ("name_word", {"name": "Full name:"}),
    ("name_word", {"name": "N/A"}),
    ("name_word", {"name": "홍길ㄷ"}),
    ("name_alphabets", {"name": "Mаria"}),  # the a is Cyrillic
    ("userOccupancyName_digits", {"userOccupancyName": "홍길동1"}),
    ("userOccupancyName_holder", {"name": "홍길동", "userOccupancyName": "김철수"}),
    ("document_number_same", {"document_number": "19900203", "date_of_birth": "1990-02-03"}),
    ("document_number_same", {"document_number": "900203", "date_of_birth": "1990-02-03"}),
    ("document_number_same", {"document_number": "03021990", "date_of_birth": "1990-02-03"}),
    ("document_number_same", {"document_number": "20350101", "date_of_expiry": "2035-01-01"}),
    ("document_number_same", {"document_number": "Anna Smith", "name": "Anna Smith"}),
    ("document_number_same", {"document_number": "12025550143", "contact_phone": "12025550143"}),
    ("document_number_other", {"document_number": "maria@example.com"}),
    ("document_number_other", {"document_number": "010-1234-5678"}),
    ("document_number_other", {"document_number": "1990-02-03"}),
    ("document_number_one_sign", {"document_number": "000000000"}),
    ("document_number_alphabets", {"document_number": "MМ1234567"}),
    ("address_input_same", {"address_input": "Anna Smith", "name": "Anna Smith"}),
    ("address_input_other", {"address_input": "maria@example.com"}),
    ("address_input_other", {"address_input": "87C4VXX7+39"}),
    ("formatted_address_other", {"formatted_address": "010-1234-5678"}),
    ("address_detail_other", {"address_detail": "maria@example.com"}),
    ("address_street_other", {"address_street": "12345"}),
    ("address_city_other", {"address_city": "06236"}),
    ("address_state_other", {"address_state": "06236"}),
    ("address_zipcode_other", {"address_zipcode": "Seoul"}),
    ("address_zipcode_other", {"address_zipcode": "123 Main Street, Springfield"}),
    ("date_of_issue_same_day", {"date_of_birth": "1990-02-03", "date_of_issue": "1990-02-03"}),
    ("date_of_expiry_span", {"date_of_issue": "2020-01-01", "date_of_expiry": "2050-01-01"}),
    ("date_of_expiry_span", {"date_of_expiry": "2099-01-01"}),
    ("nationality_issuer", {"nationality": "KOR"}),
]


@pytest.mark.parametrize(("code", "values"), QUESTIONS)
def test_what_plainly_belongs_elsewhere_is_questioned(code: str, values: dict[str, str]) -> None:
    assert asked(values) == {code}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("document_number_resident", {"document_number": "900228-1234567"}),
        ("nationality_number", {"identity_number": "900228-5234567", "nationality": "KOR"}),
        ("nationality_number", {"identity_number": "900228-1234567", "nationality": "USA"}),
    ],
)
def test_a_resident_number_where_it_does_not_fit_is_questioned(code: str, values: dict[str, str]) -> None:
    assert code in asked(values, "KOR", "passport")


ORDINARY: list[dict[str, str]] = [
    {"address_city": "Seoul", "address_state": "Seoul"},
    {"formatted_address": "12 Main St", "address_input": "12 Main St", "address_street": "12 Main St"},
    {"name": "홍길동", "userOccupancyName": "홍 길동"},
    {"name": "HONG GILDONG", "userOccupancyName": "홍길동"},
    {"address_detail": "101-1203"},
    {"address_zipcode": "SW1A 1AA"},
    {"document_number": "II-МЮ № 123456"},
    {"document_number": "CFGHJKLMN"},
    {"document_number": "12345678", "date_of_birth": "1990-02-03"},
    {"date_of_issue": "2020-01-01", "date_of_expiry": "2030-09-30"},
    {"nationality": "USA"},
]


@pytest.mark.parametrize("values", ORDINARY, ids=str)
def test_ordinary_values_are_not_questioned(values: dict[str, str]) -> None:
    assert asked(values) == set()


def test_a_question_is_of_one_field_so_that_a_reason_is_too() -> None:
    problems: list[Problem] = []
    for _code, values in QUESTIONS:
        problems += check_step2(values, {"faceImage"}, "USA", "passport", ALL, today=TODAY)
    fields = {(problem.code, problem.field) for problem in problems if problem.severity == "warning"}
    assert len({code for code, _field in fields}) == len(fields)


@pytest.mark.parametrize(
    ("field", "code"), [("globalCode", "8Q980000+"), ("globalCode", "8Q98VX00+"), ("compoundCode", "VX00+ Seoul")]
)
def test_a_plus_code_of_a_region_is_no_address(field: str, code: str) -> None:
    problems = check_step2({field: code}, (), "USA", "passport", ALL, today=date(2026, 1, 1))
    assert [problem.is_error for problem in problems if problem.field == field] == [True]


@pytest.mark.parametrize(
    ("upper", "lower", "is_likely"),
    [
        (UPPER, LOWER, False),
        ("P<UTOPARK<<MINSEO<<<<<<<<<<<<<<<<<<<<<<<<<<<", LOWER, False),
        ("P<UTOKIM<<KYU<KI<<<<<<<<<<<<<<<<<<<<<<<<<<<<", LOWER, False),
        ("P<UTOSUKARNO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", LOWER, False),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<KK<<<K<<<<<<<<", LOWER, True),
        ("P<UTOERIKSSON<<ANNA<MARIAKKKKKKKKKKKKKKKKKKK", LOWER, True),
        ("P<UTOERIKSSONK<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", LOWER, True),
        ("P<UTOERIKSSONKKANNA<MARIA<<<<<<<<<<<<<<<<<<<", LOWER, True),
        (UPPER, "L898902CK" + LOWER[9:], True),
    ],
)
def test_a_k_where_the_filler_is_likely_is_questioned(upper: str, lower: str, is_likely: bool) -> None:
    lines = read_td3(f"{upper}\n{lower}")
    assert lines is not None
    assert lines.may_be_filler is is_likely
