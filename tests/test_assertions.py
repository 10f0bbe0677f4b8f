"""No test asserts `a or b`: one half is often always true, and then the test cannot fail."""

import ast
from pathlib import Path

import pytest

from tests.stack import ROOT

FILES = sorted(path for path in (ROOT / "tests").rglob("*.py"))


def alternatives(source: str) -> list[int]:
    """Return the lines of assertions whose condition is an `or`."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    return [node.lineno for node in nodes if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_assertion_has_an_alternative(path: Path) -> None:
    assert alternatives(path.read_text()) == []


def test_an_alternative_is_noticed() -> None:
    assert alternatives("assert found or is_empty\nassert (a and b)\n") == [1]
