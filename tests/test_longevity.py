"""Calls that Django 5.2 takes in silence and a newer Django deprecates: they name the argument now.

`python -m tests.newer` runs the unit suite with the newest Django; this also covers lines that only pages reach.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import ROOT


def problems(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = {keyword.arg for keyword in node.keywords}
        if name in ("salted_hmac", "base64_hmac") and "algorithm" not in named:
            yield f"line {node.lineno}: {name} needs algorithm=: its default changes from sha1 to sha256"
        if name == "values_list" and "flat" in named and not node.args:
            yield f"line {node.lineno}: values_list(flat=True) needs the name of its field"
        if name == "send_mail" and len(node.args) > 4:
            yield f"line {node.lineno}: send_mail takes fail_silently and the later arguments by name only"


FILES = [path for folder in ("argos", "submissions", "kycportal") for path in (ROOT / folder).rglob("*.py")]


def test_product_uses_no_call_that_a_newer_django_deprecates() -> None:
    found = {str(path.relative_to(ROOT)): list(problems(path.read_text())) for path in FILES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    ["salted_hmac('a', b)", "rows.values_list(flat=True)", "send_mail('a', 'b', None, ['c'], True)"],
)
def test_such_a_call_is_found(source: str) -> None:
    assert len(list(problems(source))) == 1


def test_folders_are_read() -> None:
    assert Path(ROOT / "submissions" / "review" / "queue.py") in FILES
