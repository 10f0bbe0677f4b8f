"""The table of transitions: its documentation, and that nothing else writes a status."""

import ast
from pathlib import Path

from submissions.management.commands.status_diagram import document
from submissions.models import Status
from submissions.models.submission import FINAL
from submissions.vendor_sync.status_table import TABLE
from submissions.workflow.transitions import MOVES
from tests.stack import ROOT


def test_diagram_in_the_docs_is_the_table() -> None:
    written = (ROOT / "docs" / "status.md").read_text()
    assert written == document(), "Run: python manage.py status_diagram > docs/status.md"


def test_final_statuses_are_left_by_nobody() -> None:
    assert {seen for seen, _to in MOVES} == set(Status) - set(FINAL)


def test_every_status_can_be_reached_from_draft() -> None:
    reached, before = {Status.DRAFT}, set()
    while reached != before:
        before = set(reached)
        reached |= {to for seen, to in MOVES if seen in reached}
    assert reached == set(Status)


def test_readback_table_moves_only_where_moves_lead() -> None:
    for ours, words in TABLE.items():
        for word in words:
            if isinstance(word, Status):
                assert (ours, word) in MOVES


def _writes_status(path: Path) -> bool:
    """Return whether the module assigns `.status` of an object or passes `status=` to update()."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Attribute) and target.attr == "status" for target in node.targets
        ):
            return True
        is_update = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if is_update and any(keyword.arg == "status" for keyword in node.keywords):
            return True
    return False


def test_only_transitions_writes_a_status() -> None:
    modules = [path for path in (ROOT / "submissions").rglob("*.py") if "migrations" not in path.parts]
    assert [path.name for path in modules if _writes_status(path)] == []


def test_only_the_ledger_writes_a_call_state() -> None:
    """`update(state=...)` on calls is in one module. Exports and imports write states of their own."""
    found = []
    for path in (ROOT / "submissions").rglob("*.py"):
        if path.parent.name in ("exports", "imports"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                found += [path.name for keyword in node.keywords if keyword.arg == "state"]
    assert set(found) <= {"ledger.py"}
