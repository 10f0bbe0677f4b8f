"""docs/architecture.md and the docstrings of modules name only what exists; its two examples fit on one page."""

import ast
import re

import pytest

from tests.stack import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text()
PLACES = re.findall(r"`((?:[\w-]+/)+|(?:[\w-]+/)*[\w-]+\.(?:py|js|html|md|toml))(?:::(\w+))?`", TEXT)
ONE_PAGE = 60  # lines


@pytest.mark.parametrize(("path", "name"), sorted(set(PLACES)))
def test_what_is_named_is_there(path: str, name: str) -> None:
    assert (ROOT / path).exists(), path
    if name:
        text = (ROOT / path).read_text()
        assert re.search(rf"^\s*(?:async )?(?:def|class) {name}\b|^{name}\b.* = ", text, re.M), f"{name} in {path}"


def test_the_two_walks_are_one_page() -> None:
    walks = TEXT.partition("## One selfie")[2].partition("## Where to change")[0]
    assert 20 < len(walks.splitlines()) <= ONE_PAGE


def test_every_room_of_the_domain_is_passed() -> None:
    """Together both examples name a file of every package that they use."""
    walked = {path for path, _name in PLACES}
    for package in ("views/", "capture/", "review/", "outbox/", "vendor_sync/", "workflow/", "audit/", "models/"):
        assert any(path.startswith(f"submissions/{package}") for path in walked), package


MODULES = sorted(path for path in (ROOT / "submissions").rglob("*.py") if "migrations" not in path.parts)
BY_STEM = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}


def test_docstring_of_a_module_names_only_what_is_there() -> None:
    """A name is in the module or its package; one of another package is prefixed: `outbox.gate`."""
    wrong = []
    for path in MODULES:
        text = path.read_text()
        said = ast.get_docstring(ast.parse(text), clean=False) or ""
        known = {*re.findall(r"\w+", text.replace(said, "", 1)), *(there.stem for there in path.parent.iterdir())}
        names = [name for name in re.findall(r"`([a-z_]+)`", said) if name not in known]
        names += [name for name in re.findall(r"`([a-z_]+)\.[a-z_]+`", said) if name not in known | BY_STEM]
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names]
    assert not wrong, "No such module or name; write where it is now:\n" + "\n".join(wrong)
