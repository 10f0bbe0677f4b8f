"""No page is wider than its window, whatever the names; opened and compared parts are visible."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file

pytestmark = pytest.mark.browser

WIDTHS = (1440, 1260, 1241, 1024, 981, 720, 390)
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4


def too_wide(page: Page) -> list[tuple[int, int]]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        has = page.evaluate("document.documentElement.scrollWidth")
        if has > width:
            found.append((width, has))
    return found


def is_in_sight(part: Locator, width: int) -> bool:
    box = part.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_a_long_name_widens_no_page(desk: Desk) -> None:
    (pk,) = file(desk, {"values": {"name": LONG}, "reasons": {"name_long": "So it stands on the ID."}})
    page = desk.log_in("manager").page
    desk.go("/review/?view=all")
    assert too_wide(page) == []
    desk.go("/submissions/")
    assert too_wide(page) == []
    claim(desk, pk)
    page.locator(".corrections summary").click()
    assert too_wide(page) == []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert is_in_sight(page.locator("#reject"), width)
        assert is_in_sight(page.locator("#approve"), width)


def test_on_a_phone_the_faces_stand_side_by_side_and_menus_open_in_sight(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    for width in (390, 720):
        page.set_viewport_size({"width": width, "height": 844})
        portrait, selfie = page.locator(".pane.document.shown"), page.locator(".pane.selfie.shown")
        assert is_in_sight(portrait, width)
        assert is_in_sight(selfie, width)
        assert portrait.bounding_box()["y"] == selfie.bounding_box()["y"]  # type: ignore[index]
        for menu in page.locator(".case-bar .menu").all():
            menu.locator("summary").click()
            assert is_in_sight(menu.locator(".dropdown-menu"), width)
            menu.locator("summary").click()
    desk.go("/review/?view=all")
    for width in (390, 720):
        page.set_viewport_size({"width": width, "height": 844})
        menus = page.locator("header.top .menu")
        assert menus.count() == 2, "notifications and the user's menu"
        for menu in menus.all():
            menu.locator("summary").click()
            assert is_in_sight(menu.locator(".dropdown-menu"), width)
            menu.locator("summary").click()
