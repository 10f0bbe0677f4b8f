"""Each name that a bench takes from the product exists. Benches run only in `make check-all`, so nothing else tells."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.stack import ROOT

PRODUCT = ("argos", "kycportal", "submissions")
BENCHES = sorted((ROOT / "bench").rglob("*.py"))
MISSING = object()


def named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name): each name imported from the product, and each attribute of a module imported from it."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in PRODUCT:
            continue
        assert node.module is not None
        for alias in node.names:
            if alias.name == "*":
                continue
            yield node.module, alias.name
            if isinstance(found(node.module, alias.name), ModuleType):
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


def found(module: str, name: str) -> object:
    """Return what `from module import name` would give; `MISSING` if there is no such name."""
    holder = import_module(module)
    if not hasattr(holder, name):
        try:
            return import_module(f"{module}.{name}")
        except ModuleNotFoundError:
            return MISSING
    return getattr(holder, name)


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: str(path.relative_to(ROOT)))
def test_bench_names_only_what_the_product_has(path: Path) -> None:
    names = named(ast.parse(path.read_text()))
    assert [f"{module}.{name}" for module, name in names if found(module, name) is MISSING] == []
