"""The main job in Chromium against the running stack: web, worker, beat, broker and sandbox as processes."""

import pytest
from playwright.sync_api import expect

from tests.browser.actions import (
    PASSPORT,
    Pictures,
    confirm,
    fill_new,
    new_submission,
    open_as_officer,
    send_step1,
    send_step2,
    tick_warnings,
    upload,
    wait_for_status,
)
from tests.browser.addresses import only_once
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def test_from_draft_to_approval(desk: Desk, other_desk: Desk, pictures: Pictures) -> None:
    desk.log_in("agent")
    desk.shot("start-agent")
    url = new_submission(desk, "main+glare+liveness@example.com", pictures)
    desk.shot("draft")
    send_step1(desk, "ID retry needed")
    expect(desk.page.locator(".told").filter(has_text="Tell the customer")).to_be_visible()
    desk.shot("step1-retry")
    upload(desk, "id_front", pictures["id"])
    desk.press("Send new ID image")
    desk.status("Confirm details")
    assert desk.page.locator("#f-name").input_value(), "OCR fills the form"
    desk.shot("confirm")
    confirm(desk)
    send_step2(desk, "Selfie retry needed")
    expect(desk.page.get_by_text("2 of 3 used")).to_be_visible()
    upload(desk, "selfie", pictures["selfie2"])
    desk.page.locator("input[name=is_last_confirmed]").check()
    send_step2(desk, "Pending review")
    desk.shot("pending")
    desk.go("/submissions/")
    desk.shot("list")

    officer = other_desk
    officer.log_in("officer")
    officer.go("/review/")
    officer.shot("queue")
    officer.page.goto(url.replace("/submissions/", "/review/"))
    officer.shot("review-unclaimed")
    officer.press("Claim submission")
    expect(officer.page.locator("#verdict")).to_be_visible()  # the page before the claim shows the scores too
    expect(officer.page.locator(".score-row").first).to_contain_text("87.4")
    officer.shot("review")
    tick_warnings(officer)
    officer.page.locator("#open-next").uncheck()
    officer.page.locator("#approve").click()
    expect(officer.page.get_by_role("button", name="Undo")).to_be_visible()
    officer.shot("undo")
    officer.status("Approved")
    expect(officer.page.get_by_text("Approved by Omar Haddad")).to_be_visible()
    officer.shot("approved")
    record = [kyc for kyc in desk.stack.control.submissions() if kyc["email"].startswith("main+")][-1]
    assert (record["status"], len(record["attempts"])) == ("approved", 3)


def test_rejection_reaches_the_vendor(desk: Desk, other_desk: Desk, pictures: Pictures) -> None:
    desk.log_in("agent")
    url = new_submission(desk, "reject+lowscore@example.com", pictures)
    send_step1(desk)
    confirm(desk)
    send_step2(desk, "Pending review")
    officer = other_desk
    open_as_officer(officer, url)
    officer.page.locator("#open-next").uncheck()
    officer.page.locator("#reject").click()
    officer.page.locator("#submit-reject").click()
    expect(officer.page.locator("#id_reason_code_error")).to_have_text("Select a reject reason and enter a comment.")
    officer.page.locator("input[value=id_info_dataMismatch]").check()
    officer.page.locator("textarea[name=comment]").fill("The portrait is another person.")
    officer.page.locator("#submit-reject").click()
    officer.status("Rejected")
    record = next(kyc for kyc in desk.stack.control.submissions() if kyc["email"].startswith("reject+"))
    assert record["comments"] == ["Entered information does not match the ID document."]


def test_three_failed_tries(desk: Desk, pictures: Pictures) -> None:
    desk.log_in("agent")
    new_submission(desk, "three+fail@example.com", pictures)
    send_step1(desk)
    confirm(desk)
    send_step2(desk, "Selfie retry needed")
    desk.press("Send Step 2")
    expect(desk.page.locator("#problems")).to_contain_text("already sent")
    upload(desk, "selfie", pictures["selfie2"])
    send_step2(desk, "Selfie retry needed")
    upload(desk, "selfie", pictures["selfie3"])
    desk.press("Send Step 2")
    expect(desk.page.locator("#problems")).to_contain_text("Final attempt")
    desk.page.locator("input[name=is_last_confirmed]").check()
    send_step2(desk, "Rejected")
    expect(desk.page.get_by_text("Rejected by ARGOS")).to_be_visible()
    desk.shot("rejected")


def test_duplicate_is_shown_and_bad_input_keeps_what_was_typed(desk: Desk, pictures: Pictures) -> None:
    desk.log_in("agent")
    first = new_submission(desk, "twice@example.com", pictures)
    fill_new(desk, only_once("twice@example.com"))
    expect(desk.page.locator("#same section.told")).to_contain_text("KP-")
    desk.shot("new-same-customer")
    desk.press("Create draft")
    desk.status("Draft")
    upload(desk, "id_front", pictures["id"])
    upload(desk, "selfie", pictures["selfie"])
    expect(desk.page.locator("section.told")).to_contain_text("KP-")
    desk.page.locator("#f-selfie input[type=file]").set_input_files(pictures["text"])
    expect(desk.page.locator("#problems")).to_contain_text("not an image")
    send_step1(desk)
    confirm(desk, date_of_birth="2999-01-01", date_of_issue="2021-02-30", date_of_expiry="2022-01-01")
    desk.press("Send Step 2")
    expect(desk.page.locator("#problems")).to_be_visible()
    assert desk.page.locator("#f-date_of_issue").input_value() == "2021-02-30"
    assert desk.page.locator("#f-name").input_value() == PASSPORT["name"]
    desk.shot("bad-input")
    assert first != desk.page.url


def test_deadline_that_runs_out(desk: Desk, other_desk: Desk, pictures: Pictures) -> None:
    desk.log_in("agent")
    tried = new_submission(desk, "late+fail@example.com", pictures)
    send_step1(desk)
    confirm(desk)
    send_step2(desk, "Selfie retry needed")
    untried = new_submission(desk, "late2@example.com", pictures)
    send_step1(desk)
    desk.stack.move_clock(24 * 3600 + 60)
    other_desk.sign_in("agent")  # the first session expired with the day
    wait_for_status(other_desk, untried, "Abandoned")
    wait_for_status(other_desk, tried, "Rejected")
    expect(other_desk.page.get_by_text("Rejected by the 24-hour limit")).to_be_visible()
    other_desk.shot("timeout")
