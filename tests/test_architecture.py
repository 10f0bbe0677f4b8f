"""docs/architecture.md names only what there is: every file, and every name in it; and its two walks stay one page."""

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
    """Both walks together name a file of every package that they cross."""
    walked = {path for path, _name in PLACES}
    for package in ("views/", "capture/", "review/", "outbox/", "vendor_sync/", "workflow/", "audit/", "models/"):
        assert any(path.startswith(f"submissions/{package}") for path in walked), package
