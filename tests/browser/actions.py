"""Actions of agents and officers in the browser, shared by several test modules."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.addresses import only_once
from tests.browser.conftest import Desk

Pictures = dict[str, Path]

PASSPORT = {
    "name": "Minseo Example",
    "date_of_birth": "1990-02-03",
    "document_number": "M12345678",
    "date_of_issue": "2021-03-04",
    "date_of_expiry": "2031-03-03",
}


def fill_new(desk: Desk, email: str) -> None:
    page = desk.page
    desk.go("/submissions/new/")
    page.get_by_label("Project").select_option("Demo: standard")
    page.get_by_label("Issuing country").fill("KOR")
    page.get_by_label("ID type").select_option("passport")
    page.get_by_label("Customer's e-mail").fill(email)
    page.get_by_label("Customer's e-mail").press("Tab")


def new_submission(desk: Desk, email: str, pictures: Pictures) -> str:
    page = desk.page
    fill_new(desk, only_once(email))
    desk.press("Create draft")
    desk.status("Draft")
    upload(desk, "id_front", pictures["id"])
    upload(desk, "selfie", pictures["selfie"])
    return page.url


def upload(desk: Desk, kind: str, path: Path) -> None:
    card = desk.page.locator(f"#f-{kind}")
    image = card.locator("img")
    before = image.get_attribute("src") if image.count() else None
    card.locator("input[type=file]").set_input_files(path)
    expect(image).to_be_visible(timeout=20_000)
    if before:
        expect(image).not_to_have_attribute("src", before, timeout=20_000)


def send_step1(desk: Desk, status: str = "Confirm details") -> None:
    with desk.page.expect_navigation():  # the previous page may show the same status
        desk.press("Send Step 1")
    desk.status(status)


def confirm(desk: Desk, **changes: str) -> None:
    for name, value in {**PASSPORT, **changes}.items():
        desk.page.locator(f"#f-{name}").fill(value)
    for why in desk.page.locator("[data-why]:visible input").all():
        why.fill("Compared with the ID in the customer's hand.")


def send_step2(desk: Desk, status: str) -> None:
    with desk.page.expect_navigation():
        desk.press("Send Step 2")
    desk.status(status)


def open_as_officer(officer: Desk, url: str) -> None:
    officer.log_in("officer")
    officer.page.goto(url.replace("/submissions/", "/review/"))
    officer.press("Claim submission")
    expect(officer.page.locator("#verdict")).to_be_visible()


def tick_warnings(officer: Desk) -> None:
    for box in officer.page.locator("input[name=warning]").all():
        box.check()


def draft(desk: Desk, email: str) -> str:
    fill_new(desk, only_once(email))
    desk.press("Create draft")
    desk.status("Draft")
    return desk.page.url


def wait_for_status(desk: Desk, url: str, text: str) -> None:
    """Reload the page until it shows the status, because the sweep and the poller take time."""
    for _time in range(60):
        desk.page.goto(url)
        if re.search(re.escape(text), desk.page.locator("h1 .status").inner_text()):
            return
        desk.page.wait_for_timeout(1000)
    raise AssertionError(f"never came to {text}: {desk.page.locator('h1').inner_text()}")
