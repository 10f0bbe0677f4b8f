"""Every parameter of the vendor's Step 2 page: listed, shown by its condition, checked by its format, sent by name."""

from datetime import date

import pytest

from argos.matrix import (
    PARAMETERS,
    STEP1_PARAMETERS,
    Case,
    Form,
    Options,
    Parameter,
    Shown,
    check_step1,
    check_step2,
    clean_step2,
    step1_fields,
    step2_fields,
)
from argos.matrix.parameters import CONDITIONS

TODAY = date(2026, 11, 23)
PAGE = [
    "submissionId",
    "faceImage",
    "name",
    "date_of_birth",
    "gender",
    "nationality",
    "identity_number",
    "license_number",
    "document_number",
    "serial_number",
    "date_of_issue",
    "date_of_expiry",
    "addressImage",
    "address_street",
    "address_city",
    "address_state",
    "address_country",
    "address_zipcode",
    "globalCode",
    "compoundCode",
    "formatted_address",
    "address_input",
    "address_detail",
    "userOccupancyCode",
    "userOccupancyName",
    "idType",
]
STEP1_PAGE = [
    "issuingCountry",
    "email",
    "idType",
    "idImage",
    "idBackImage",
    "submissionId",
    "userid",
    "cf1",
    "cf2",
    "cf3",
    "customOptions",
]
PAGE_ID_TYPES = ["passport", "government_id", "drivers_license", "residence_permit", "visa", "aadhaar", "pancard"]
SLIPS = ["dcoument_number", "identitiy_number", "addressdetail", "faceimage", "SubmissionId", "dImage"]

GOOD = {
    "submissionId": "6xx28lo115832",
    "name": "Jane Doe",
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "nationality": "KOR",
    "identity_number": "900228-2234561",
    "license_number": "서울-12-345678-90",
    "document_number": "M12345678",
    "serial_number": "A1B2C3",
    "date_of_issue": "2021-05-06",
    "date_of_expiry": "2031-05-06",
    "address_street": "1600 Pennsylvania Avenue NW",
    "address_city": "Washington",
    "address_state": "DC",
    "address_country": "USA",
    "address_zipcode": "20500",
    "globalCode": "87C4VXX7+39",
    "compoundCode": "VXX7+39 Washington, DC, USA",
    "formatted_address": "1600 Pennsylvania Avenue NW, Washington, DC 20500, USA",
    "address_input": "1600 Pennsylvania Avenue",
    "address_detail": "2nd floor",
    "userOccupancyCode": "123",
    "userOccupancyName": "홍길동",
    "idType": "passport",
}
BAD = {
    Form.DATE: ("28/02/1990", "format"),
    Form.COUNTRY: ("KO", "unknown_country"),
    Form.CHOICE: ("banana", "choice"),
    Form.LICENSE: ("12-34-56789-12", "format"),
    Form.SERIAL: ("A1B2C", "format"),
    Form.PLUS_CODE: ("VXX7+39", "format"),
    Form.SHORT_PLUS_CODE: ("87C4VXX7+39", "format"),
    Form.DIGITS: ("12", "format"),
    Form.STRING: ("x" * 501, "too_long"),
    Form.REFERENCE: ("x" * 501, "too_long"),
}
SWITCHES = {
    Shown.ADDRESS_CODES: Options(address_codes=True),
    Shown.TYPED_ADDRESS: Options(typed_address_required=True),
    Shown.ADDRESS_DETAIL: Options(detail_required=True),
    Shown.STRUCTURED: Options(structured_address=True),
    Shown.ADDRESS_IMAGE: Options(address_image=True),
    Shown.OCCUPANCY: Options(account_occupancy=True),
}
# For each condition on the document, a case in which the parameter appears, and one in which it does not.
DOCUMENTS = {
    Shown.KOREAN: (Case("KOR", "passport", Options()), Case("USA", "passport", Options())),
    Shown.KOREAN_LICENSE: (Case("KOR", "drivers_license", Options()), Case("USA", "drivers_license", Options())),
    Shown.NUMBERED: (Case("USA", "visa", Options()), Case("KOR", "residence_permit", Options())),
    Shown.ISSUED: (Case("USA", "visa", Options()), Case("IND", "aadhaar", Options())),
    Shown.EXPIRING: (Case("USA", "visa", Options()), Case("KOR", "government_id", Options())),
    Shown.TYPE_UNKNOWN: (Case("USA", "universal", Options(), True), Case("USA", "universal", Options())),
}
NAMED = pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
TYPED = pytest.mark.parametrize(
    "parameter", [each for each in PARAMETERS if not each.is_file], ids=lambda parameter: parameter.name
)


def codes_of(values: dict[str, str], name: str) -> set[str]:
    problems = check_step2(
        values, {"faceImage", "addressImage"}, "KOR", "drivers_license", Options(), today=TODAY, id_type_unknown=True
    )
    return {problem.code for problem in problems if problem.field == name}


def test_table_has_every_parameter_of_the_page_once() -> None:
    assert sorted(parameter.name for parameter in PARAMETERS) == sorted(PAGE)


def test_step1_table_has_every_parameter_of_its_page_once() -> None:
    assert sorted(parameter.name for parameter in STEP1_PARAMETERS) == sorted(STEP1_PAGE)


def test_starred_ones_are_always_required() -> None:
    starred = {parameter.name for parameter in PARAMETERS if parameter.always_required}
    assert starred == {"submissionId", "faceImage", "name", "date_of_birth"}


@NAMED
def test_condition_shows_and_hides_the_parameter(parameter: Parameter) -> None:
    hidden = Case("USA", "passport", Options())
    if parameter.shown is Shown.ALWAYS:
        assert parameter.is_shown(hidden)
        return
    if parameter.shown in SWITCHES:
        shown = Case("USA", "passport", SWITCHES[parameter.shown])
    else:
        shown, hidden = DOCUMENTS[parameter.shown]
    assert parameter.is_shown(shown)
    assert not parameter.is_shown(hidden)


def test_every_condition_has_words_and_code() -> None:
    assert set(CONDITIONS) == set(Shown)


@TYPED
def test_good_value_has_no_problem(parameter: Parameter) -> None:
    assert codes_of({parameter.name: GOOD[parameter.name]}, parameter.name) == set()


@TYPED
def test_bad_value_is_named_beside_its_field(parameter: Parameter) -> None:
    value, code = BAD[parameter.form]
    assert codes_of({parameter.name: value}, parameter.name) == {code}


@TYPED
def test_line_break_is_refused_or_removed(parameter: Parameter) -> None:
    value = f"{GOOD[parameter.name]}\r\nX-Injected: 1"
    sent = step2_fields({parameter.name: value}, Options())[parameter.name]
    if "\n" in sent:
        assert codes_of({parameter.name: value}, parameter.name)


@NAMED
def test_parameter_alone_is_sent_by_the_vendors_name(parameter: Parameter) -> None:
    sent = step2_fields({parameter.name: GOOD.get(parameter.name, "file")}, Options())
    assert sent == ({} if parameter.is_file else {parameter.name: GOOD[parameter.name]})


def test_all_parameters_together_are_sent_as_they_are() -> None:
    assert step2_fields(GOOD, Options()) == GOOD
    assert step1_fields({"issuingCountry": "kor", "cf2": " 7 ", "cf3": "", "country": "KOR"}) == {
        "issuingCountry": "KOR",
        "cf2": "7",
    }


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_of_the_page_never_leak(slip: str) -> None:
    assert slip not in {parameter.name for parameter in (*PARAMETERS, *STEP1_PARAMETERS)}
    assert step2_fields({slip: "x"}, Options()) == {}


def test_id_types_of_the_page_are_the_choices() -> None:
    choices = next(parameter.choices for parameter in PARAMETERS if parameter.name == "idType")
    assert sorted(choices) == sorted([*PAGE_ID_TYPES, "vehicle_registration_certificate"])
    step1 = next(parameter.choices for parameter in STEP1_PARAMETERS if parameter.name == "idType")
    assert sorted(step1) == sorted([*choices, "universal"])


@pytest.mark.parametrize("typed", ["vehicle_registration certificate", "vehicle_registration_certificate"])
def test_vehicle_certificate_is_spelled_by_step_and_project(typed: str) -> None:
    assert clean_step2({"idType": typed}) == {"idType": "vehicle_registration_certificate"}
    assert step1_fields({"idType": typed})["idType"] == "vehicle_registration_certificate"
    assert step2_fields({"idType": typed}, Options())["idType"] == "vehicle_registration certificate"
    plain = Options(vehicle_certificate_value="vehicle_registration_certificate")
    assert step2_fields({"idType": typed}, plain)["idType"] == "vehicle_registration_certificate"


STEP1 = {"issuingCountry": "USA", "email": "jane@example.com", "idType": "passport"}


def step1_codes(values: dict[str, str], files: set[str], options: Options | None = None) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in check_step1(values, files, options or Options())}


def test_complete_step1_passes() -> None:
    assert step1_codes(STEP1, {"idImage"}) == set()


@pytest.mark.parametrize("name", [*STEP1, "idImage"])
def test_each_required_step1_value_missing_alone_is_refused(name: str) -> None:
    values = {key: value for key, value in STEP1.items() if key != name}
    assert step1_codes(values, {"idImage"} - {name}) == {(name, "missing")}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"issuingCountry": "XXX"}, ("issuingCountry", "unknown_country")),
        ({"email": "jane@example"}, ("email", "format")),
        ({"email": "jane doeexample.com"}, ("email", "format")),
        ({"idType": "drvlic"}, ("idType", "choice")),
        ({"idType": "universal"}, ("idType", "choice")),
        ({"idType": "aadhaar"}, ("issuingCountry", "mismatch")),
        ({"customOptions": "ageLimit"}, ("customOptions", "format")),
        ({"customOptions": '{"ageLimit": true}'}, ("customOptions", "choice")),
        ({"customOptions": '{"ageLimit": 0}'}, ("customOptions", "choice")),
        ({"customOptions": '{"autoApprove": true}'}, ("customOptions", "choice")),
    ],
)
def test_step1_problem_is_named(changes: dict[str, str], problem: tuple[str, str]) -> None:
    assert step1_codes({**STEP1, **changes}, {"idImage"}) == {problem}


def test_universal_needs_the_option_and_another_country_than_korea() -> None:
    universal = {**STEP1, "idType": "universal"}
    assert step1_codes(universal, {"idImage"}, Options(universal_mode=True)) == set()
    korean = {**universal, "issuingCountry": "KOR"}
    assert step1_codes(korean, {"idImage"}, Options(universal_mode=True)) == {("idType", "choice")}


def test_custom_options_the_vendor_takes_pass() -> None:
    given = '{"ageLimit": false, "blacklistCountries": ["PRK"], "approvePeriod": 3, "rejectDuplicateUser": true}'
    assert step1_codes({**STEP1, "customOptions": given}, {"idImage"}) == set()
