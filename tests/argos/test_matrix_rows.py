"""The vendor's Authentication table row by row, in both directions, and the requirement of every option."""

from datetime import date

import pytest

from argos.matrix import ISSUER_ROWS, Options, check_step2, rules_for

TODAY = date(2026, 11, 23)
ALWAYS = {
    "submissionId": "6xx28lo115832",
    "name": "Jane Doe",
    "date_of_birth": "1990-02-28",
}
VALUES = {
    **ALWAYS,
    "gender": "female",
    "identity_number": "900228-2234567",
    "license_number": "12-34-567890-12",
    "serial_number": "A1B2C3",
    "document_number": "M12345678",
    "date_of_issue": "2021-05-06",
    "date_of_expiry": "2031-05-06",
}
# As the vendor's page prints it, with its two errors corrected.
ROWS = {
    ("KOR", "government_id"): ["name", "date_of_birth", "identity_number"],
    ("KOR", "drivers_license"): ["date_of_birth", "license_number", "serial_number"],
    ("KOR", "passport"): ["name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry"],
    ("KOR", "residence_permit"): ["identity_number", "date_of_issue"],
    ("USA", "drivers_license"): [
        "name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number",
    ],
    ("CAN", "drivers_license"): [
        "name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number",
    ],
    ("MEX", "drivers_license"): [
        "name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number",
    ],
}  # fmt: skip
REQUIRED = {case: {*ALWAYS, "faceImage", *row} for case, row in ROWS.items()}
EACH = [(country, id_type, name) for (country, id_type), names in REQUIRED.items() for name in sorted(names)]
OTHERS = [("USA", "passport"), ("JPN", "drivers_license"), ("IND", "aadhaar"), ("IND", "pancard"), ("XKX", "visa")]


def complete(country: str, id_type: str) -> tuple[dict[str, str], set[str]]:
    names = REQUIRED.get((country, id_type), {*ALWAYS, "faceImage"})
    return {name: value for name, value in VALUES.items() if name in names}, {"faceImage"}


def errors(
    values: dict[str, str], files: set[str], country: str, id_type: str, options: Options
) -> list[tuple[str, str]]:
    problems = check_step2(values, files, country, id_type, options, today=TODAY)
    return [(problem.field, problem.code) for problem in problems if problem.is_error]


def required(country: str, id_type: str, options: Options, *, unknown: bool = False) -> set[str]:
    rules = rules_for(country, id_type, options, id_type_unknown=unknown)
    return {rule.name for rule in rules if rule.required}


def test_table_has_exactly_the_pages_rows() -> None:
    told = {(country, row.id_type): list(row.required) for row in ISSUER_ROWS for country in row.countries}
    assert told == ROWS


@pytest.mark.parametrize(("country", "id_type"), [*ROWS, *OTHERS])
def test_complete_data_passes(country: str, id_type: str) -> None:
    assert errors(*complete(country, id_type), country, id_type, Options()) == []


@pytest.mark.parametrize(("country", "id_type", "name"), EACH)
def test_each_required_value_missing_alone_is_refused_by_name(country: str, id_type: str, name: str) -> None:
    values, files = complete(country, id_type)
    values.pop(name, None)
    assert errors(values, files - {name}, country, id_type, Options()) == [(name, "missing")]


@pytest.mark.parametrize("blank", ["", "   ", "\u3000"])
def test_blank_counts_as_missing(blank: str) -> None:
    values, files = complete("KOR", "passport")
    assert errors({**values, "name": blank}, files, "KOR", "passport", Options()) == [("name", "missing")]


@pytest.mark.parametrize(("country", "id_type"), OTHERS)
def test_other_documents_need_only_the_four(country: str, id_type: str) -> None:
    assert required(country, id_type, Options()) == {*ALWAYS, "faceImage"}


@pytest.mark.parametrize(("country", "id_type"), ROWS)
def test_without_id_authentication_the_four_are_enough(country: str, id_type: str) -> None:
    assert required(country, id_type, Options(id_authentication=False)) == {*ALWAYS, "faceImage"}


def test_rules_come_in_filling_order_without_doubles() -> None:
    rules = rules_for("KOR", "drivers_license", Options(address_codes=True, address_image=True))
    assert [rule.order for rule in rules] == list(range(len(rules)))
    assert len({rule.name for rule in rules}) == len(rules)
    names = [rule.name for rule in rules]
    assert names.index("name") < names.index("license_number") < names.index("globalCode")


def test_country_in_small_letters_is_the_same_country() -> None:
    assert rules_for("kor", "passport", Options()) == rules_for("KOR", "passport", Options())


DEMANDS = [
    (Options(address_image=True), {"addressImage"}),
    (Options(typed_address_required=True), {"address_input"}),
    (Options(detail_required=True), {"address_detail"}),
    (Options(structured_address=True), {"address_street", "address_city", "address_country"}),
    (Options(structured_address=True, structured_address_required=False), set()),
    (Options(account_occupancy=True), {"userOccupancyCode", "userOccupancyName"}),
    (Options(address_codes=True), set()),
    (Options(universal_mode=True), set()),
]


@pytest.mark.parametrize(("options", "names"), DEMANDS)
def test_each_option_stands_alone(options: Options, names: set[str]) -> None:
    assert required("JPN", "passport", options) == {*ALWAYS, "faceImage", *names}
    found = errors(*complete("JPN", "passport"), "JPN", "passport", options)
    assert {field for field, code in found if code == "missing"} == names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("globalCode", "87C4VXX7+39"),
        ("compoundCode", "VXX7+39 Washington, DC, USA"),
        ("formatted_address", "1600 Pennsylvania Avenue"),
    ],
)
def test_any_one_address_code_is_enough(name: str, value: str) -> None:
    values, files = complete("JPN", "passport")
    options = Options(address_codes=True)
    assert errors(values, files, "JPN", "passport", options) == [("globalCode", "one_of")]
    assert errors({**values, name: value}, files, "JPN", "passport", options) == []


def test_address_codes_name_each_other_in_the_rules() -> None:
    rules = {rule.name: rule for rule in rules_for("JPN", "passport", Options(address_codes=True))}
    assert rules["globalCode"].one_of == ("globalCode", "compoundCode", "formatted_address")
    assert rules["address_input"].one_of == ()


def test_unknown_type_must_be_chosen_and_then_counts() -> None:
    assert "idType" in required("USA", "universal", Options(universal_mode=True), unknown=True)
    values, files = complete("JPN", "passport")
    universal = Options(universal_mode=True)

    def codes(extra: dict[str, str]) -> set[tuple[str, str]]:
        problems = check_step2(
            {**values, **extra}, files, "USA", "universal", universal, today=TODAY, id_type_unknown=True
        )
        return {(problem.field, problem.code) for problem in problems}

    assert codes({}) == {("idType", "missing")}
    assert codes({"idType": "passport"}) == set()
    assert codes({"idType": "universal"}) == {("idType", "choice")}
    assert ("document_number", "missing") in codes({"idType": "drivers_license"})


def test_known_type_does_not_ask_for_one() -> None:
    names = {rule.name for rule in rules_for("USA", "passport", Options(universal_mode=True))}
    assert "idType" not in names


SHOWN = [
    ("KOR", "drivers_license", {"license_number", "serial_number", "identity_number"}, {"document_number"}),
    (
        "KOR",
        "government_id",
        {"identity_number", "date_of_issue"},
        {"license_number", "document_number", "date_of_expiry"},
    ),
    ("KOR", "passport", {"document_number", "date_of_expiry"}, {"license_number", "serial_number"}),
    ("USA", "drivers_license", {"document_number", "gender"}, {"license_number", "serial_number", "identity_number"}),
    ("IND", "pancard", {"document_number"}, {"date_of_issue", "date_of_expiry", "identity_number"}),
    ("USA", "passport", {"nationality", "gender"}, {"globalCode", "addressImage", "userOccupancyCode", "address_city"}),
]


@pytest.mark.parametrize(("country", "id_type", "there", "absent"), SHOWN)
def test_document_shows_what_it_can_carry(country: str, id_type: str, there: set[str], absent: set[str]) -> None:
    names = {rule.name for rule in rules_for(country, id_type, Options())}
    assert there <= names
    assert not absent & names
