"""Limits of modules and folders, the direction of imports, and that the product imports nothing from the tests."""

import ast
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import house, imports
from tests.stack import ROOT

MAY_IMPORT = {
    "argos": {"argos"},
    "submissions": {"argos", "submissions"},
    "kycportal": {"argos", "submissions", "kycportal"},
}
OURS = {"argos", "submissions", "kycportal", "tests", "bench"}


def imported(path: Path) -> set[str]:
    """Return the first part of every module that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / package).rglob("*.py")
        if (found := (imported(path) & OURS) - MAY_IMPORT[package])
    }
    assert wrong == {}, "kycportal may import submissions, submissions may import argos, and nothing the other way"


def test_imports_keep_the_contracts() -> None:
    """Layers inside the packages too, and no cycles; the test above covers imports for types."""
    assert imports.broken() == ""


def test_an_import_the_wrong_way_says_what_to_do(tmp_path: Path) -> None:
    for name, text in (("low", "import high"), ("high", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    contract = '[[tool.importlinter.contracts]]\nname = "Down"\ntype = "layers"\nlayers = ["high", "low"]\n'
    (tmp_path / "pyproject.toml").write_text(f'[tool.importlinter]\nroot_packages = ["low", "high"]\n{contract}')
    told = imports.broken(tmp_path)
    assert "Down BROKEN" in told
    assert "low is not allowed to import high" in told
    assert told.endswith(imports.WHAT_TO_DO)


def test_without_the_linter_nothing_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "ModuleNotFoundError: No module named 'importlinter'"
    monkeypatch.setattr(imports.subprocess, "run", lambda args, **_how: CompletedProcess(args, 1, "", missing))
    assert ".venv/bin/python" in imports.broken()
    assert imports.WHAT_TO_DO not in imports.broken()


def test_argos_knows_no_django() -> None:
    assert all("django" not in imported(path) for path in (ROOT / "argos").rglob("*.py"))


def test_sandbox_has_rules_of_its_own() -> None:
    """Its rules are written from the contract, so it imports nothing from the client."""
    for path in (ROOT / "argos" / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("argos"):
                assert node.module.startswith("argos.sandbox"), path


def test_vendor_misspellings_never_become_our_names() -> None:
    slips = ("dcoument_number", "identitiy_number", "documnt_fields", "Submissionid")
    for path in (ROOT / "submissions").rglob("*.py"):
        assert not any(slip in path.read_text() for slip in slips), path


def imports_of_test_modules(text: str) -> list[str]:
    """Return the test modules that a Python source imports, in the order of the source."""
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return [name for name in names if any(part.startswith("test_") for part in name.split("."))]


def test_imports_of_test_modules_are_recognised() -> None:
    text = "from tests.a.test_b import c\nimport tests.test_d\nfrom tests import test_e as f\nfrom . import test_g, h"
    assert imports_of_test_modules(text) == ["tests.a.test_b.c", "tests.test_d", "tests.test_e", ".test_g"]
    assert imports_of_test_modules("from tests.factories import make_user\nimport tests.house") == []


def test_no_helper_is_imported_from_a_test_module() -> None:
    paths = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    importing = {str(path.relative_to(ROOT)): imports_of_test_modules(path.read_text()) for path in paths}
    assert {path: names for path, names in importing.items() if names} == {}, (
        "move the helper; docs/style.md says where"
    )


COMPARES_ROLES = {
    "workflow/role_permissions.py",
    "models/people.py",  # the properties that Django's admin and the session need
    "management/commands/add_administrator.py",  # about the new account, not about the current user
}


def role_comparisons(text: str) -> list[int]:
    """Return the lines that compare an attribute `role`, as in `user.role == Role.MANAGER`."""
    comparisons = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Compare)]
    sides = ((node.lineno, side) for node in comparisons for side in (node.left, *node.comparators))
    return sorted(line for line, side in sides if isinstance(side, ast.Attribute) and side.attr == "role")


def test_role_comparisons_are_found() -> None:
    text = "user.role == Role.AGENT\nx = a.b.role in ROLES\nRole.AGENT != user.role\nuser.role\nrole == 1"
    assert role_comparisons(text) == [1, 2, 3]


def test_only_the_permissions_compare_roles() -> None:
    root = ROOT / "submissions"
    paths = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    comparing = {name for name, path in paths.items() if role_comparisons(path.read_text())}
    assert comparing == COMPARES_ROLES, "call a function of workflow/role_permissions.py, or add one there"


def test_no_view_asks_for_a_role() -> None:
    """Views call a permission function named for its purpose."""
    asking = [
        path.name for path in (ROOT / "submissions" / "views").rglob("*.py") if ".is_reviewer" in path.read_text()
    ]
    assert asking == []


@pytest.mark.parametrize("folders", [house.PRODUCT, house.AROUND], ids=["product", "around"])
def test_functions_and_modules_keep_their_limits(folders: tuple[str, ...]) -> None:
    """A product module has at most 300 lines, one of tests and benches at most 400."""
    files, max_lines = house.measured(folders), house.MAX_LINES[folders]
    over = [str(figure) for figure in house.figures(files, max_lines) if not figure.holds]
    assert not over, "\n".join([*over, *house.advice(files, max_lines)])


def test_folders_below_submissions_have_at_most_15_entries() -> None:
    assert not house.crowded()


def test_crowded_folder_is_reported_unless_it_grows_with_the_domain(tmp_path: Path) -> None:
    for folder, modules in (("", 20), ("full", 15), ("models", 20), ("over", 14), ("over/part", 16)):
        (tmp_path / folder).mkdir(exist_ok=True)
        for name in ["__init__", *(f"module{number}" for number in range(1, modules))]:
            (tmp_path / folder / f"{name}.py").touch()
    assert house.crowded(tmp_path) == ["over/part/ has 16 entries (at most 15): group some in a package"]
    (tmp_path / "over" / "more.py").touch()
    assert house.crowded(tmp_path)[0].startswith("over/ has 16 entries")


def test_each_violation_is_reported_with_advice() -> None:
    long = house.Measured("long.py", 301, (untyped(house.NINE_IN_TEN),))
    assert [figure.holds for figure in house.figures([long, long], 300)] == [False] * 5
    assert list(house.advice([long], 300)) == [
        "long.py has 301 lines: move one subject of it into a module of its own",
        "long.py:1 nothing says no return type: add it",
    ]


def untyped(lines: int) -> ast.FunctionDef:
    function = ast.parse("def nothing():\n" + "    pass\n" * (lines - 1)).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function
