"""Characters of names and numbers: symbols are refused, rare characters need a reason."""

import pytest

from tests.argos.matrix_checks import found


@pytest.mark.parametrize("field", ["name", "userOccupancyName", "document_number"])
@pytest.mark.parametrize(
    "typed", ["😀", "Kim 😀", "Kim👍🏽", "Kim ❤️", "1️⃣2", "Kim™", "€100", "Kim ☎", "A|B", "\U0001fae8"]
)
def test_pictures_and_symbols_are_refused(field: str, typed: str) -> None:
    assert (field, "symbols", "error") in found({field: typed})


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        "D’Angelo",
        "Mª José Núñez",
        "Jean-Luc Picard-N°",
        "Martin Luther King, Jr.",
        "Henry Ⅷ",
        "Louis XIV",
        "Rajesh s/o Kumar",
        "María·José",
        "Gal·la Col·lell",
        "阿卜杜拉·买买提",
        "ジャン＝ポール・サルトル",
        "محمد بن سلمان",
        "हरि",
        "Nguyễn Thị Ngọc",
        "김민서",
        "김",
        "王",
        "ⵎⵓⵃⵎⵎⴷ",
        "ǃXóõ",
        "Kamehameha ʻIolani",
        "M. K.",
        "Ng",
        "x" * 100,
    ],
)
def test_names_of_the_world_raise_no_doubt(name: str) -> None:
    assert found({"name": name}) == found({"userOccupancyName": name}) == set()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1990", "letters"),
        ("--", "letters"),
        ("?", "letters"),
        ("M", "initial"),
        ("M.", "initial"),
        ("Ｍ", "initial"),
        ("Kim " * 70, "long"),
    ],
)
def test_name_that_is_hardly_one_wants_a_reason(typed: str, code: str) -> None:
    assert found({"name": typed}) == {("name", f"name_{code}", "warning")}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("M12345678", None),
        ("45 09 № 123456", None),
        ("131052+308T", None),
        ("ab/12-34.5", None),
        ("\uff11\uff12\uff13", None),
        ("-", "number_signs"),
        ("????", "number_signs"),
        ("여권번호", "number_signs"),
        ("12" * 16, "number_long"),
        ("12" * 15, None),
    ],
)
def test_document_number_that_is_hardly_one_wants_a_reason(typed: str, problem: str | None) -> None:
    assert found({"document_number": typed}) == ({("document_number", problem, "warning")} if problem else set())
