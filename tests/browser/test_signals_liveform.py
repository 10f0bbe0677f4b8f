"""Liveform from end to end: the link, the customer's page, the result, the officer's decision and the evidence pack."""

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import wait_for_status
from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, pack_of

pytestmark = pytest.mark.browser


def new_link(desk: Desk) -> Page:
    """Create a submission in the sandbox's Liveform scenario and wait for its link."""
    page = desk.page
    desk.go("/submissions/new/")
    page.get_by_label("Issuing country").fill("Korea, Republic of")
    page.get_by_label("ID type").select_option("passport")
    page.get_by_label("Customer's e-mail").fill(f"{uuid.uuid4().hex[:12]}@example.com")
    page.get_by_label("Sandbox scenario").select_option("liveform")
    desk.press("Send Step 1")
    page.locator("#liveform-url").wait_for(timeout=20_000)
    return page


def play_customer(desk: Desk, url: str, outcome: str) -> None:
    desk.page.goto(url)
    expect(desk.page.get_by_text("Sandbox.", exact=True)).to_be_visible()
    desk.press(outcome)
    expect(desk.page.get_by_role("status")).to_contain_text("Finished")


def test_link_result_decision_and_evidence(desk: Desk, other_desk: Desk, tmp_path: Path) -> None:
    page = new_link(desk.log_in("agent"))
    here, url = page.url, page.locator("#liveform-url").input_value()
    expect(page.locator("#liveform")).to_contain_text("Valid until")
    check_at_both_widths(page)
    desk.shot("liveform-link")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.press("Copy")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == url
    play_customer(other_desk, url, "Pending")
    other_desk.page.goto(url)
    expect(other_desk.page.get_by_role("alert")).to_contain_text("has a result")
    desk.status("Pending review")
    expect(page.locator("#route")).to_have_text(re.compile("Liveform"))
    officer = claim(other_desk.log_in("officer"), here.rstrip("/").rpartition("/")[2])
    expect(officer.locator(".pane.selfie img.picture")).to_be_visible()
    boxes = officer.locator("#warnings input[type=checkbox]")
    for box in range(boxes.count()):
        boxes.nth(box).check()
    officer.locator("#open-next").uncheck()
    officer.locator("#approve").click()
    wait_for_status(desk, here, "Approved")
    other_desk.status("Approved")  # the page reloads itself with the result
    other_desk.page.goto(here)
    assert re.search(r"Route\s+Liveform", pack_of(other_desk, tmp_path))


def test_revoked_link_returns_the_draft_and_opens_nothing(desk: Desk, other_desk: Desk) -> None:
    page = new_link(desk.log_in("agent"))
    url = page.locator("#liveform-url").input_value()
    desk.press("Revoke link")
    desk.status("Draft")
    expect(page.locator("#liveform")).to_contain_text("ARGOS has removed it.", timeout=20_000)
    other_desk.page.goto(url)
    expect(other_desk.page.get_by_role("alert")).to_contain_text("Invalid token")
    page.go_back()
    expect(page.get_by_role("heading", name="New submission").or_(page.locator("h1 .status"))).to_be_visible()
