"""Shortcuts of the review page: typing never decides, undo affects the right decision, mentions are kept."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file, tick_by_key

pytestmark = pytest.mark.browser

SENTENCE = "The quick brown fox jumps over the lazy dog. Pack my BOX, Jim: take a lazy vow?"
SHORTCUTS = "axscwune+=-0rRbBv123idflqmot?"
WRITES = {"q": "#ask textarea", "m": "#notes textarea", "c": "#id_comment"}
PRESS = """([key, code]) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true}))"""


def decided(page: Page) -> list[str]:
    """Collect the URLs of decisions that the page sends."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decide/") else None)
    return sent


def ready(desk: Desk, pk: str) -> Page:
    desk.go(f"/review/{pk}/")
    desk.page.wait_for_load_state()
    expect(desk.page.locator("h1")).to_be_visible()
    return desk.page


def test_typing_after_any_shortcut_decides_nothing(desk: Desk) -> None:
    (pk,) = file(desk, {})
    claim(desk.log_in("officer"), pk)
    for shortcut in SHORTCUTS:
        page = desk.page.context.new_page()
        sent = decided(page)
        page.goto(f"{desk.stack.url}/review/{pk}/")
        tick_by_key(page)
        page.keyboard.press(shortcut)
        page.keyboard.type(SENTENCE)
        if field := WRITES.get(shortcut):
            assert page.locator(field).input_value() == SENTENCE, shortcut
            expect(page.locator("#verdict")).to_have_attribute("data-chosen", "")
        assert sent == [], shortcut
        page.close()
    assert desk.stack.query(f"Decision.objects.filter(submission='{pk}').count()") == 0


def test_an_open_text_panel_turns_shortcuts_off_until_escape(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.wait_for_load_state()
    page.locator("#tabs a[href='#notes']").click()
    expect(page.locator("#notes textarea")).to_be_focused()
    page.locator(".comparison .card-head").click(position={"x": 2, "y": 2})
    page.keyboard.press("a")
    expect(page.locator("#verdict")).to_have_attribute("data-chosen", "")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#verdict")).to_have_attribute("data-chosen", "approved")


def test_typing_goes_on_in_its_field_when_the_page_is_replaced(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.wait_for_load_state()
    page.keyboard.press("m")
    page.keyboard.type("One note")
    page.locator("#notes button").click()
    page.locator("#tabs a[href='#decide']").click()
    page.locator("#id_comment").focus()
    expect(page.get_by_text("Note added.")).to_be_visible()
    page.keyboard.type(SENTENCE)
    expect(page.locator("#id_comment")).to_have_value(SENTENCE)


def test_space_never_confirms_and_enter_does(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.wait_for_load_state()
    sent = decided(page)
    tick_by_key(page)
    page.keyboard.press("a")
    page.keyboard.press(" ")
    page.locator("#approve").focus()
    page.keyboard.press(" ")
    page.keyboard.press("x")
    page.locator("#submit-reject").focus()
    page.keyboard.press(" ")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert sent == []
    page.locator("#id_comment").fill("Looked at twice")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".leaving")).to_be_visible()
    assert len(sent) == 1


@pytest.mark.parametrize("key", ["ㅁ", "Process"])
def test_shortcuts_work_under_a_korean_input_method(desk: Desk, key: str) -> None:
    file(desk, {})
    page = desk.log_in("officer").page
    desk.go("/review/?view=all")
    page.wait_for_load_state()
    page.evaluate(PRESS, ["ㅜ" if key == "ㅁ" else key, "KeyN"])
    expect(page.locator("#verdict")).to_be_visible()
    page.wait_for_load_state()
    tick_by_key(page)
    page.evaluate(PRESS, [key, "KeyA"])
    expect(page.locator("#verdict")).to_have_attribute("data-chosen", "approved")


def test_undo_takes_the_decision_in_sight(desk: Desk) -> None:
    first, second = file(desk, {}, {})
    page = desk.log_in("officer").page
    decide_and_stay(desk, first)
    decide_and_stay(desk, second)
    assert page.locator(".leaving kbd:visible, #undo kbd:visible").count() == 1
    page.keyboard.press("u")
    reference = page.locator("h1").inner_text().split()[0]
    expect(page.get_by_text(f"{reference}: decision undone.")).to_be_visible()
    assert second in page.url
    expect(page.locator("#status")).to_have_text("Pending review")
    expect(page.locator("#verdict")).to_have_attribute("data-chosen", "approved")


def decide_and_stay(desk: Desk, pk: str) -> None:
    page = ready(desk, pk)
    if page.locator("#claim-it").count():  # otherwise it is already reserved for this officer
        page.locator("#claim-it").click()
        expect(page.locator("#verdict")).to_be_visible()
        page.wait_for_load_state()
    tick_by_key(page)
    page.locator("#open-next").uncheck()
    page.locator("#approve").click()
    expect(page.locator("#undo")).to_be_visible()


def test_enter_and_tab_take_the_first_suggestion_even_before_it_came(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.wait_for_load_state()
    page.keyboard.press("m")
    page.keyboard.type("First")
    page.locator("#notes button").click()  # another form has replaced it
    expect(page.get_by_text("Note added.")).to_be_visible()
    note = page.locator("#notes textarea")
    page.keyboard.press("m")
    page.keyboard.type("Score is low, @ma")
    page.keyboard.press("Enter")
    expect(note).to_have_value("Score is low, @manager ")
    page.keyboard.type("and @officer2")
    expect(page.locator(".suggested li[aria-selected=true]")).to_contain_text("@officer2")
    page.keyboard.press("Tab")
    expect(note).to_have_value("Score is low, @manager and @officer2 ")
    expect(note).to_be_focused()
