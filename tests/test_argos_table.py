"""docs/argos.md: the code and the tests that it names exist, and every row names both or a reason."""

import re

import pytest

from tests.stack import ROOT

TEXT = (ROOT / "docs" / "argos.md").read_text()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not re.match(r"\| (statement|#|-)", line)]
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
CODE = re.compile(r"`((?:argos|submissions|kycportal)/[\w/.]*?)(?:::(\w+))?`")


@pytest.mark.parametrize("row", ROWS, ids=[str(at) for at in range(len(ROWS))])
def test_row_names_a_test_that_exists(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 3, row
    names = TEST.findall(cells[2])
    assert names, row
    for path, name in names:
        assert f"def {name}(" in (ROOT / "tests" / path).read_text(), f"{path}::{name}"


def test_code_exists() -> None:
    named = [(path, name) for path, name in CODE.findall(TEXT) if "test_" not in path + name]
    assert len(named) > 40
    for path, name in named:
        assert (ROOT / path).exists(), path
        if name:
            assert re.search(rf"(def|class) {name}\b", (ROOT / path).read_text()), f"{path}::{name}"


def test_every_section_of_the_contract_is_listed() -> None:
    for section in ("1 and 11", "2", "4 and 9", "5 and 6", "7 and 8", "9", "13", "15"):
        assert re.search(rf"\((contract, )?sections? {section}\)", TEXT), section
    contradictions = re.findall(r"^\| C(\d+) \|", TEXT, re.M)
    assert [int(number) for number in contradictions] == list(range(1, 25))


def test_settings_exist() -> None:
    from submissions.models import Project

    names = {field.name for field in Project._meta.fields}
    told = {name for line in ROWS for name in re.findall(r"\*settings?\* ((?:`\w+`(?:, )?)+)", line)}
    mentioned = {name for group in told for name in re.findall(r"`(\w+)`", group)}
    assert mentioned
    assert mentioned <= names
