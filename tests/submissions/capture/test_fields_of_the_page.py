"""The widgets of the capture page come from its form."""

import pytest

from argos import matrix
from argos.matrix import Options
from submissions.capture import ocr_diff
from submissions.capture.fields import form_fields
from submissions.models import Status
from tests.factories import make_at

pytestmark = pytest.mark.django_db


def test_widget_carries_shape_value_and_error() -> None:
    submission = make_at(Status.CONFIRMING, date_of_birth="3 Feb")
    problem = matrix.Problem("date_of_birth", "format", "Wrong.")
    rows = {row.name: row for row in form_fields.rows(submission, [problem])}
    birth = str(rows["date_of_birth"].field)
    for part in ('id="f-date_of_birth"', 'name="date_of_birth"', 'value="3 Feb"', "data-pattern=", "aria-invalid"):
        assert part in birth
    assert "maxlength" not in birth
    gender = str(rows["gender"].field)
    assert gender.startswith("<select")
    assert "aria-invalid" not in gender


def test_hidden_digits_are_in_no_widget() -> None:
    submission = make_at(Status.CONFIRMING, identity_number="900203-7654321")
    row = next(row for row in form_fields.rows(submission) if row.name == "identity_number")
    assert "7654321" not in str(row.field)


@pytest.mark.parametrize(
    ("read", "confirmed", "parts"),
    [
        ("L01XOOT47", "L01X00T47", ("L01X", "OO", "T47")),
        ("same", "SAME", ("same", "", "")),
        ("AA", "A", ("A", "A", "")),
        ("", "typed", ("", "", "")),
        ("read", "", ("", "read", "")),
    ],
)
def test_difference_of_a_value_read(read: str, confirmed: str, parts: tuple[str, str, str]) -> None:
    assert ocr_diff.parts(read, confirmed) == parts


def test_id_types_follow_country_and_project() -> None:
    assert "aadhaar" in matrix.id_types_for("IND", Options())
    assert "aadhaar" not in matrix.id_types_for("KOR", Options())
    assert "universal" not in matrix.id_types_for("USA", Options())
    assert "universal" in matrix.id_types_for("USA", Options(universal_mode=True))
    assert "universal" not in matrix.id_types_for("KOR", Options(universal_mode=True))
