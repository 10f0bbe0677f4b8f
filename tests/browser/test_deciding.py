"""Decisions on the review page in Chromium: by mouse, by key, warnings, reject reasons, double clicks."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file, tick_by_key

pytestmark = pytest.mark.browser


def test_review_by_keyboard_alone_with_three_presses_from_queue_to_next(desk: Desk) -> None:
    file(desk, {}, {})
    page = desk.log_in("officer").page
    desk.go("/review/?view=all")
    pressed = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    press("n")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("main[data-ready]")).to_have_count(1, timeout=20_000)
    first = page.url
    tick_by_key(page)  # beyond the warnings
    press("a")
    expect(page.locator("#what")).to_contain_text("Press Enter to submit")
    press("Enter")
    expect(page.locator(".leaving")).to_be_visible()
    assert page.url != first
    expect(page.locator("#verdict")).to_be_visible()
    assert len(pressed) == 3
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("u")
    page.wait_for_url(first)
    expect(page.locator("#status")).to_have_text("Pending review")


def test_approve_by_mouse_takes_two_clicks_from_the_queue(desk: Desk) -> None:
    file(desk, {}, {})
    page = desk.log_in("officer").page
    desk.go("/review/?view=all")
    page.locator("#next").click()
    expect(page.locator("#verdict")).to_be_visible()
    first = page.url
    if page.locator("input[name=warning]").count():
        tick_by_key(page)  # beyond the warnings
    page.locator("#approve").click()
    page.wait_for_url(lambda url: "/review/" in url and url != first)
    expect(page.locator(".leaving")).to_contain_text("approved. Sent to ARGOS in")


def test_approve_waits_for_every_warning_and_open_next_is_remembered(desk: Desk) -> None:
    first, second = file(desk, {"tags": "+lowscore"}, {})
    page = claim(desk.log_in("officer"), first)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decide/") else None)
    expect(page.locator("#approve")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#approve")).to_contain_text("(2)")
    page.locator("#approve").click(force=True)
    expect(page.locator("input[name=warning]").first).to_be_focused()
    page.locator("input[name=warning]").first.check()
    expect(page.locator("#warnings-left")).to_have_text("1 of 2 to acknowledge")
    page.locator("input[name=warning]").first.uncheck()
    page.locator("#acknowledge-all").click()
    expect(page.locator("#warnings-left")).to_have_text("All acknowledged")
    for box in page.locator("input[name=warning]").all():
        box.uncheck()
    page.keyboard.press("W")
    expect(page.locator("#warnings-left")).to_have_text("All acknowledged")
    assert sent == []
    page.locator("#open-next").uncheck()
    page.locator("#approve").click()
    expect(page.locator("#undo")).to_be_visible()
    assert first in page.url
    desk.go(f"/review/{second}/")
    if page.locator("#claim-it").count():  # otherwise it is reserved for this officer
        page.locator("#claim-it").click()
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#open-next")).not_to_be_checked()


def test_reason_is_found_by_words_and_enter_in_a_field_submits_nothing(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.wait_for_load_state()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decide/") else None)
    page.keyboard.press("x")
    expect(page.locator("#find-reason")).to_be_focused()
    page.keyboard.type("no such reason")
    expect(page.locator(".reasons-none")).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#find-reason").fill("fraud")
    expect(page.locator(".reason:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("input[value=own_suspected_fraud]")).to_be_checked()
    expect(page.locator("#id_comment")).to_be_focused()
    page.locator(".chip", has_text="Expired ID").click()
    expect(page.locator("input[value=expired_id]")).to_be_checked()
    expect(page.locator("#tell")).to_contain_text("This ID has expired.")
    page.locator("#corrections summary").click()
    page.locator("#id_fullName").fill("Min-seo")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert sent == []
    page.locator("#id_comment").fill("Expired in spring.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".leaving").first).to_contain_text("rejected. Sent to ARGOS in")
    assert len(sent) == 1


def test_one_press_never_decides_two(desk: Desk) -> None:
    file(desk, {}, {}, {})
    page = desk.log_in("officer").page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decide/") else None)
    desk.go("/review/?view=all")
    page.keyboard.press("n")
    expect(page.locator("#verdict")).to_be_visible()
    page.wait_for_load_state()  # a page does not handle keys before its scripts have run
    first = page.url
    tick_by_key(page)
    page.keyboard.press("a")
    for _repeat in range(8):
        page.keyboard.down("Enter")  # the browser repeats a held key
    page.keyboard.up("Enter")
    page.keyboard.press("Enter")
    toast = page.locator(f".leaving[action='{urlsplit(first).path}undo/']")
    expect(toast).to_be_visible()
    page.keyboard.press("Enter")
    toast.locator("button").click()
    page.wait_for_url(first)
    assert len(sent) == 1
