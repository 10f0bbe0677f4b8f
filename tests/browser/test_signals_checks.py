"""What ARGOS reports beside its status in Chromium: the officer sees it, acknowledges it, and finds it in the pack."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file, pack_of

pytestmark = pytest.mark.browser


def read_record(desk: Desk, pk: str) -> Page:
    """Read the vendor's record now, as the poll does a little later."""
    desk.go(f"/submissions/{pk}/")
    desk.press("Refresh status")
    expect(desk.page.locator("#argos-title")).to_be_visible()
    return desk.page


def test_skipped_check_and_signals_are_seen_acknowledged_and_in_the_pack(desk: Desk, tmp_path: Path) -> None:
    (pk,) = file(desk, {"tags": "+skipped+lowocr+otherage"})
    read_record(desk.log_in("officer"), pk)
    expect(desk.page.locator("#skipped-checks")).to_contain_text("ID shown on a screen")
    desk.go("/review/?skipped=any")
    expect(desk.page.locator("tbody .pill", has_text="Check skipped").first).to_be_visible()
    page = claim(desk, pk)
    signals = page.locator("#signals")
    for text in ("Personal data ID", "More than 15 years apart", "Recognition score", "203.0.113.24"):
        expect(signals).to_contain_text(text)
    expect(page.locator(".compare")).to_contain_text("0.41, not accepted by ARGOS")
    warning = page.locator(".ack li", has_text="ARGOS skipped a check: ID shown on a screen")
    expect(page.locator(".ack-group")).to_contain_text("They have not been done.")
    desk.shot("review-signals")
    expect(page.locator("#approve")).to_have_attribute("aria-disabled", "true")
    for box in page.locator("input[name=warning]").all():
        box.check()
    warning.locator("input").uncheck()
    expect(page.locator("#approve")).to_have_attribute("aria-disabled", "true")
    warning.locator("input").check()
    page.locator("#open-next").uncheck()
    page.locator("#approve").click()
    expect(page.locator("#undo")).to_be_visible()
    desk.status("Approved")
    desk.go(f"/submissions/{pk}/")
    expect(page.locator("#skipped-checks")).to_contain_text("Approved with a skipped check")
    expect(page.locator("#skipped-checks")).to_contain_text("Acknowledged by Omar Haddad")
    pack = pack_of(desk, tmp_path)
    for text in ("Approved with a skipped check", "ID shown on a screen", "203.0.113.24", "0.41, not accepted"):
        assert text in pack


def test_value_stored_otherwise_is_shown_masked_and_in_the_pack(desk: Desk, tmp_path: Path) -> None:
    (pk,) = file(desk, {"tags": "+altered"})
    page = read_record(desk.log_in("officer"), pk)
    expect(page.locator(".note-bad", has_text="Stored values")).to_contain_text("Altered")
    desk.shot("stored-otherwise")
    assert "Values stored otherwise at ARGOS" in pack_of(desk, tmp_path)
    desk.go("/differences/")
    expect(page.locator(".difference .differing").first).to_contain_text("Altered")
    page = claim(desk, pk)
    expect(page.locator(".ack li", has_text="Record mismatch")).to_be_visible()
    expect(page.locator("#signals")).to_contain_text("Stored at ARGOS: Full name")


def test_field_that_argos_could_not_read_is_marked_and_typed(desk: Desk) -> None:
    (pk,) = file(desk, {"tags": "+unreadexpiry", "to": "confirming"})
    page = desk.log_in("agent").page
    desk.go(f"/submissions/{pk}/")
    expect(page.locator("#unread")).to_contain_text("ARGOS could not read: Date of expiry.")
    expect(page.locator("[data-field=date_of_expiry] [data-unread]")).to_be_visible()
    desk.shot("unread-field")
    page.locator("#f-date_of_expiry").fill("2033-01-01")
    page.locator("#f-date_of_expiry").blur()
    desk.press("Send Step 2")
    desk.status("Pending review")
