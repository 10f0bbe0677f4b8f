"""Reports, exports, mentions, alerts and the hand-over list in Chromium, against the running stack."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.seeding import seed

pytestmark = pytest.mark.browser


def test_reports_draw_and_each_number_opens_its_list(desk: Desk) -> None:
    _pk, reference = seed(desk.stack, "rejected")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(urlsplit(request.url).hostname or ""))
    desk.log_in("manager")
    desk.go("/reports/?days=7")
    if desk.page.locator("canvas").count():
        expect(desk.page.locator("html")).to_have_attribute("data-charts", re.compile("[1-9]"))
    else:
        expect(desk.page.get_by_text("the reports are tables only")).to_be_visible()
    desk.shot("reports")
    desk.go("/reports/?days=7&tab=team")
    row = desk.page.locator("#rejected-reviewer tr", has_text="Company policy")
    row.get_by_role("link").first.click()
    expect(desk.page.get_by_role("link", name=reference)).to_be_visible()
    desk.shot("reports-list-behind")
    assert set(asked) <= {"127.0.0.1"}


def test_export_is_made_watched_and_downloaded(desk: Desk) -> None:
    _pk, reference = seed(desk.stack, "approved")
    desk.log_in("officer")
    desk.go("/submissions/?status=approved")
    desk.page.get_by_text("Export results").click()
    desk.page.get_by_label("Reason for the export").fill("the monthly report")
    check_at_both_widths(desk.page)
    desk.shot("export-ask")
    desk.press("Export")
    expect(desk.page.get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    check_at_both_widths(desk.page)
    desk.shot("export-ready")
    for _time in range(2):
        with desk.page.expect_download() as download:
            desk.press("Download")
        text = download.value.path().read_text()
        assert reference in text
        assert "=. E." not in text.replace("'=. E.", "")
    desk.go("/exports/")
    desk.shot("exports")


def test_mention_is_completed_and_unread_for_the_other(desk: Desk, other_desk: Desk) -> None:
    pk, reference = seed(desk.stack, "pending")
    desk.log_in("manager")
    desk.go(f"/review/{pk}/")
    desk.page.locator("#tabs").get_by_role("link", name="Notes").click()
    notes = desk.page.locator("#notes")
    text = notes.locator("textarea")
    text.click()
    text.press_sequentially("Please look, @oma")
    option = notes.get_by_role("option", name="@officer Omar Haddad")
    expect(option).to_be_visible()
    expect(option).to_have_attribute("aria-selected", "true")
    desk.shot("mention")
    text.press("Enter")
    assert "@officer " in text.input_value()
    notes.get_by_role("button", name="Add note").click()
    expect(desk.page.get_by_text("Note added.")).to_be_visible()
    other_desk.log_in("officer")
    other_desk.go("/unread/")
    expect(other_desk.page.get_by_role("link", name=reference)).to_be_visible()
    check_at_both_widths(other_desk.page)
    other_desk.shot("unread")
    other_desk.page.get_by_role("link", name=reference).first.click()
    other_desk.page.wait_for_url(f"**/review/{pk}/**")
    other_desk.go("/unread/")
    expect(other_desk.page.get_by_role("link", name=reference)).to_have_count(0)


def test_alert_comes_into_an_open_page_and_is_announced(desk: Desk) -> None:
    pk, reference = seed(desk.stack, "pending")
    desk.log_in("officer2")
    desk.go("/submissions/")
    announced, bell = desk.page.locator("#announced"), desk.page.locator("#bell")
    expect(announced).to_have_attribute("aria-live", "polite")
    expect(announced).to_be_empty()
    person = 'User.objects.get(username="officer2")'
    desk.stack.query(f'Alert.objects.create(submission_id="{pk}", person={person}, kind="target_60").pk')
    desk.page.evaluate("document.body.dispatchEvent(new Event('look'))")
    expect(announced).to_have_text(f"{reference}: Due in 1 hour")
    bell.locator("summary").click()
    expect(bell.get_by_role("link", name=reference)).to_be_visible()
    check_at_both_widths(desk.page)
    desk.shot("alert")
    bell.get_by_role("button", name="Mark all as read").click()
    expect(desk.page.locator("#bell").get_by_role("link", name=reference)).to_have_count(0)


def test_handover_lists_and_prints_and_keeps_a_note(desk: Desk) -> None:
    _pk, reference = seed(desk.stack, "pending")
    desk.log_in("manager")
    desk.go("/handover/")
    line = desk.page.get_by_role("row").filter(has_text=reference)
    expect(line).to_be_visible()
    check_at_both_widths(desk.page)
    desk.shot("handover")
    line.get_by_role("textbox").fill("Wait for the call at nine.")
    line.get_by_role("button", name="Add note").click()
    expect(desk.page.get_by_text("Note added.")).to_be_visible()
    desk.page.emulate_media(media="print")
    expect(desk.page.locator("header.top")).to_be_hidden()
    expect(desk.page.get_by_role("row").filter(has_text=reference)).to_be_visible()
