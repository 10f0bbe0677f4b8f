"""Lists in a browser: selecting rows, moving by key, and reaching the neighbours of a row."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.review_actions import file

pytestmark = pytest.mark.browser


def test_rows_are_selected_by_shift_and_by_key(desk: Desk) -> None:
    pks = file(desk, *({"country": "CHE"} for _each in range(4)))
    page = desk.log_in("manager").page
    desk.go("/review/?country=CHE")
    boxes = page.locator("#queue input[name=submission]")
    expect(boxes).to_have_count(len(pks))
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#ticked")).to_have_text("3 selected")
    assert [boxes.nth(at).is_checked() for at in range(4)] == [True, True, True, False]
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#queue input[name=submission]:checked")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    expect(boxes.nth(1)).to_be_checked()
    page.locator("#tick-all").click()
    expect(page.locator("#ticked")).to_have_text("4 selected")


def test_a_submission_leads_to_the_rows_beside_it_in_the_list(desk: Desk) -> None:
    file(desk, *({"country": "NOR"} for _each in range(3)))
    page = desk.log_in("officer").page
    desk.go("/submissions/?country=NOR")
    rows = [link.get_attribute("href") for link in page.locator("[data-list] .row-link").all()]
    page.locator("[data-list] .row-link").nth(1).click()
    pager = page.locator("[data-pager]")
    expect(pager).to_contain_text("2/3")
    pager.get_by_role("link", name="Next submission").click()
    page.wait_for_url(f"**{rows[2]}")
    expect(pager).to_contain_text("3/3")
    desk.go("/submissions/?country=NOR&sort=reference")
    assert (
        page.evaluate("JSON.parse(sessionStorage.getItem('trail')).list") == "/submissions/?country=NOR&sort=reference"
    )


def test_open_menu_covers_the_menus_below_it(desk: Desk) -> None:
    desk.log_in("officer").go("/review/")
    menu = desk.page.locator("details.menu", has=desk.page.locator(".view-menu"))
    menu.locator("summary").click()
    box = menu.locator(".view-menu").bounding_box()
    assert box
    for share in (0.02, 0.5, 0.8, 0.98):
        point = [box["x"] + share * box["width"], box["y"] + 24]
        inside = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.view-menu'))"
        assert desk.page.evaluate(inside, point)
