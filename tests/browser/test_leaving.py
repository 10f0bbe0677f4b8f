"""Typed text is never lost, neither by an action elsewhere on the page nor by a reload."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.actions import Pictures, fill_new, upload
from tests.browser.conftest import Desk
from tests.browser.gathering_actions import draft_of, saved

pytestmark = pytest.mark.browser

NOTE = "The customer will bring the other card."


def answer_dialogs(page: Page, *, go: bool) -> list[Dialog]:
    """Answer every leave dialog of the page in the same way."""
    asked: list[Dialog] = []
    page.on("dialog", lambda dialog: (asked.append(dialog), dialog.accept() if go else dialog.dismiss())[0])
    return asked


def switch_language(page: Page) -> None:
    page.locator("summary.user").click()
    page.get_by_role("button", name="한국어").click()


def test_another_form_waits_for_the_field_typed_just_before(desk: Desk, pictures: Pictures) -> None:
    draft_of(desk.log_in("agent"), "aside@example.com", pictures)
    page = desk.page
    asked = answer_dialogs(page, go=True)
    page.locator("#note-text").fill(NOTE)
    page.locator("#f-name").fill("Typed Just Before")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".written", has_text=NOTE)).to_be_visible(timeout=20_000)
    expect(page.locator("#f-name")).to_have_value("Typed Just Before")
    assert asked == []


def test_a_note_being_typed_stays(desk: Desk, pictures: Pictures) -> None:
    draft_of(desk.log_in("agent"), "noting@example.com", pictures)
    page, note = desk.page, desk.page.locator("#note-text")
    asked = answer_dialogs(page, go=False)
    note.fill(NOTE)
    upload(desk, "selfie", pictures["selfie"])
    saved(page)
    page.locator("#f-name").fill("Minseo Eun Example")
    page.get_by_role("button", name="Save", exact=True).last.click()
    saved(page)
    expect(page.locator("[name=was_name]")).to_have_value("Minseo Eun Example")
    expect(note).to_have_value(NOTE)
    assert asked == []
    desk.press("Send Step 1")
    expect(note).to_be_focused()
    assert [dialog.type for dialog in asked] == ["confirm"]
    switch_language(page)
    expect(note).to_have_value(NOTE)
    assert len(asked) == 2
    note.fill("")
    desk.press("Send Step 1")
    desk.status("Confirm details")
    assert len(asked) == 2


def test_a_reload_waits_for_a_note_typed_while_the_vendor_is_asked(desk: Desk, pictures: Pictures) -> None:
    draft_of(desk.log_in("agent"), "waiting@example.com", pictures)
    desk.stack.control.fault("step1", "slow", seconds=6)
    page, note = desk.page, desk.page.locator("#note-text")
    page.evaluate("window.isThisPage = true")
    desk.press("Send Step 1")
    page.wait_for_function("() => window.isThisPage === undefined")  # a bare expression would need eval
    note.fill(NOTE)
    expect(page.locator("#held")).to_be_visible(timeout=30_000)
    expect(note).to_have_value(NOTE)
    page.get_by_role("button", name="Add note").click()
    desk.status("Confirm details")
    expect(page.locator(".written", has_text=NOTE)).to_be_visible()


def test_a_new_submission_is_not_left_unasked(desk: Desk) -> None:
    page = desk.log_in("agent").page
    asked = answer_dialogs(page, go=False)
    fill_new(desk, "unmade@example.com")
    switch_language(page)
    expect(page.get_by_label("Customer's e-mail")).to_have_value("unmade@example.com")
    assert [dialog.message[:9] for dialog in asked] == ["The draft"]


@pytest.mark.parametrize("lost", ["sessionid", None])
def test_a_new_submission_outlives_the_session(desk: Desk, lost: str | None) -> None:
    page = desk.log_in("agent").page
    fill_new(desk, "outlived@example.com")
    page.context.clear_cookies(name=lost) if lost else page.context.clear_cookies()
    desk.press("Create draft")
    expect(page.locator("#session")).to_contain_text("You are signed out")
    again = page.context.new_page()
    Desk(again, desk.stack).sign_in("agent")
    again.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#session")).to_be_hidden()
    expect(page.get_by_label("Customer's e-mail")).to_have_value("outlived@example.com")
    desk.press("Create draft")
    desk.status("Draft")
