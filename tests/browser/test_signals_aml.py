"""AML from end to end: the officer sees a match, decides on it, and finds both in the evidence pack."""

import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file
from tests.browser.seeding import screen, seed

pytestmark = pytest.mark.browser
WHY = "The listed person was born in another year."


def evidence(page: Page, desk: Desk) -> str:
    """The text of an unmasked evidence pack, in one line."""
    page.get_by_text("Evidence pack (PDF)").click()
    page.get_by_label("Reason for the evidence pack").fill("Asked for by the auditor")
    page.get_by_label("Unmasked").check()
    with page.expect_download() as download:
        desk.press("Download PDF")
    document = pypdfium2.PdfDocument(Path(download.value.path()).read_bytes())
    return " ".join(" ".join(part.get_textpage().get_text_bounded() for part in document).split())


def test_officer_decides_a_match_and_finds_it_in_the_evidence(desk: Desk) -> None:
    pk, reference = seed(desk.stack, "approved")
    screen(desk.stack, pk)
    page = desk.log_in("officer").page
    desk.go("/review/")
    page.locator(".tabs").get_by_role("link", name=re.compile("AML reviews")).click()
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_text("Red Flag")).to_be_visible()
    check_at_both_widths(page)
    desk.shot("aml-review")
    desk.press("Decide AML review")
    expect(page.get_by_text("Select an outcome.")).to_be_visible()
    page.locator("input[name=outcome][value=false_positive]").check()
    page.get_by_label("Reason", exact=True).fill(WHY)
    desk.press("Decide AML review")
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_role("link", name="Open submission").click()
    expect(page.locator("#aml-title")).to_be_visible()
    told = evidence(page, desk)
    for text in ("Red Flag", "False positive", WHY):
        assert text in told


def test_match_before_the_decision_is_acknowledged_with_a_reason(desk: Desk) -> None:
    (pk,) = file(desk, {})
    screen(desk.stack, pk)
    page = claim(desk.log_in("officer"), pk)
    expect(page.locator("#warnings")).to_contain_text("Possible sanctions match")
    boxes = page.locator("#warnings input[type=checkbox]")
    for box in range(boxes.count()):
        boxes.nth(box).check()
    page.locator("#open-next").uncheck()
    page.locator("#approve").click()
    expect(page.locator("#problems")).to_contain_text("Enter why you approve in spite of it")
    page.get_by_label("Reason for acknowledging").fill(WHY)
    page.locator("#approve").click()
    expect(page.locator("#problems")).to_have_count(0)


def test_officer_records_the_consideration_of_a_report_and_the_agent_sees_nothing(desk: Desk, other_desk: Desk) -> None:
    pk, _reference = seed(desk.stack, "rejected")
    page = desk.log_in("officer").page
    desk.go(f"/submissions/{pk}/")
    card = page.locator("#report-consideration")
    expect(card).to_contain_text("Not yet considered")
    check_at_both_widths(page)
    card.get_by_label("Reason", exact=True).fill(WHY)
    card.get_by_role("button", name="Save consideration").click()
    expect(page.get_by_text("Select whether a report was made.")).to_be_visible()
    page.get_by_label("Was a report made?").select_option("yes")
    page.get_by_label("Reference of the report (optional)").fill("FIU-2026-7")
    page.get_by_role("button", name="Save consideration").click()
    for text in ("Report made", WHY, "FIU-2026-7"):
        expect(card).to_contain_text(text)
    told = evidence(page, desk)
    for text in ("Suspicious transaction report considered", "Report made, FIU-2026-7", WHY):
        assert text in told
    agent = other_desk.log_in("agent").page
    other_desk.go(f"/submissions/{pk}/")
    expect(agent.locator("#notes")).to_be_visible()
    expect(agent.locator("#report-consideration")).to_have_count(0)
    expect(agent.get_by_text("Suspicious transaction")).to_have_count(0)
