"""Check Step 2 values against the matrix on a fixed day."""

from datetime import date

from argos.matrix import Options, check_step2

TODAY = date(2026, 11, 23)


def found(values: dict[str, str], country: str = "USA", id_type: str = "passport") -> set[tuple[str, str, str]]:
    """Return (field, code, severity) of every problem except missing values."""
    problems = check_step2(values, {"faceImage"}, country, id_type, Options(), today=TODAY)
    return {(each.field, each.code, each.severity) for each in problems if each.code != "missing"}
