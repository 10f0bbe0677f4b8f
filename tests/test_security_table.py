"""docs/security.md names only existing tests and files, and covers every chapter."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
CHAPTERS = ("V2", "V5", "V6", "V7", "V8", "V11", "V13", "V14", "V16")
PLACES = ("tests", "", "submissions", "kycportal", "argos")
NAMED = sorted(set(re.findall(r"`([^`\s]+)`", TEXT)))


@cache
def defined() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))


def rows(chapter: str) -> list[list[str]]:
    """Return the cells of a chapter's table: number, requirement, place, proof."""
    part = re.split(r"^## ", TEXT, flags=re.M)
    lines = next(text for text in part if text.startswith(f"{chapter} ")).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_has_its_table(chapter: str) -> None:
    table = rows(chapter)
    assert table
    for cells in table:
        assert len(cells) == 4, cells
        assert cells[0].startswith(chapter[1:] + "."), cells
        assert cells[1], cells
        assert cells[2], cells


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("test_") and "." not in name])
def test_test_exists(name: str) -> None:
    assert re.search(rf"def {name}\(", defined())


@pytest.mark.parametrize(
    "name", [name for name in NAMED if not name.startswith("/") and (name.endswith("/") or ".py" in name)]
)
def test_file_exists(name: str) -> None:
    path, _double_colon, inside = name.partition("::")
    found = [ROOT / place / path for place in PLACES if (ROOT / place / path).exists()]
    if not found and "/" not in path:
        found = [*(ROOT / "submissions").rglob(path), *(ROOT / "kycportal").rglob(path), *(ROOT / "argos").rglob(path)]
    assert found
    if inside:
        assert re.search(rf"(class|def) {inside}\b", found[0].read_text())
