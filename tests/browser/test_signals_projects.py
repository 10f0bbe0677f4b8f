"""The state of a project at ARGOS, the address look-up's trial, and a later image: seen, acted on, in the evidence."""

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file
from tests.browser.seeding import seed

pytestmark = pytest.mark.browser
SET = "from submissions.models import Project; Project.objects.filter(name='Demo: standard').update({columns})"


def test_state_of_the_project_is_set_and_shown_to_the_agent(desk: Desk, other_desk: Desk) -> None:
    pk, _reference = seed(desk.stack, "draft")
    page = desk.log_in("admin").page
    desk.go("/settings/projects/")
    page.get_by_role("link", name="Demo: standard", exact=True).click()
    try:
        page.get_by_label("State at ARGOS").select_option("test")
        desk.press("Save changes")
        expect(page.get_by_text("This ARGOS project is in test")).to_be_visible()
        check_accessible(page)
        desk.shot("project-state")
        desk.go("/sending/")
        expect(page.get_by_role("cell", name="Test: no submission becomes pending")).to_be_visible()
        capture = other_desk.log_in("agent").page
        other_desk.go(f"/submissions/{pk}/")
        expect(capture.get_by_text("This ARGOS project is in test")).to_be_visible()
    finally:
        desk.stack.manage("shell", "-c", SET.format(columns="vendor_state='unknown'"))


def test_address_look_up_is_tried_and_shows_the_raw_reply(desk: Desk) -> None:
    page = desk.log_in("admin").page
    desk.go("/settings/projects/")
    page.get_by_role("link", name="Demo: everything on", exact=True).click()
    page.get_by_role("link", name="Advanced", exact=True).click()
    page.get_by_label("Address to look up").fill("1 Sejong-daero, Seoul")
    desk.press("Try it")
    expect(page.locator("#address-trial")).to_contain_text("Reply as it came, HTTP 200")
    expect(page.locator("#address-trial pre")).to_contain_text("compoundCode")
    check_accessible(page)
    desk.shot("address-trial")


def evidence_pack(desk: Desk) -> str:
    """The text of the PDF, downloaded from the open review page."""
    desk.page.locator("#tabs a[href='#details']").click()
    desk.page.get_by_text("Evidence pack (PDF)").click()
    desk.page.get_by_label("Reason for the evidence pack").fill("Asked for by the auditor")
    with desk.page.expect_download() as download:
        desk.press("Download PDF")
    pages = pypdfium2.PdfDocument(download.value.path())
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def test_image_of_an_answer_is_added_to_the_record_and_is_in_the_evidence(
    desk: Desk, other_desk: Desk, pictures: dict[str, Path]
) -> None:
    [pk] = file(desk, {})
    desk.stack.manage("shell", "-c", SET.format(columns="sends_later_images=True"))
    try:
        page = claim(desk.log_in("officer"), pk)
        page.locator("a[href='#ask']").first.click()
        page.get_by_label("Question to the agent").fill("Please send a utility bill.")
        desk.press("Ask agent")
        capture = other_desk.log_in("agent").page
        other_desk.go(f"/submissions/{pk}/")
        capture.get_by_label("Answer", exact=True).fill("Here it is.")
        capture.get_by_label("Image or PDF, optional").set_input_files(pictures["id"])
        capture.get_by_label("Add the image to ARGOS as").select_option("address")
        other_desk.shot("answer-with-image")
        other_desk.press("Send answer")
        expect(capture.get_by_text("The image is being sent to ARGOS")).to_be_visible()
        expect(capture.get_by_text("Later image added to the ARGOS record").first).to_be_visible(timeout=60_000)
        desk.go(f"/review/{pk}/")
        page.locator("#tabs a[href='#ask']").click()
        expect(page.locator("#ask")).to_contain_text("Added to the ARGOS record: Address document")
        desk.shot("later-image")
        assert "Later image added to the ARGOS record" in evidence_pack(desk)
    finally:
        desk.stack.manage("shell", "-c", SET.format(columns="sends_later_images=False"))
