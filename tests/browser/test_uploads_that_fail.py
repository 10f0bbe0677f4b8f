"""Failed uploads: the page says why, and Send never ends on the browser's own error page."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.actions import draft
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

SAVED = "#saved"


def ours(page: Page) -> bool:
    """Return whether the page is the portal's, not the browser's own error page."""
    return page.locator("form#capture[data-autosave]").count() == 1


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"0")
    later = time.time() + 60
    os.utime(path, (later, later))


def test_new_submission_refuses_a_file_that_is_no_image_at_once(desk: Desk, pictures: dict[str, Path]) -> None:
    desk.log_in("agent").go("/submissions/new/")
    place, chosen = desk.page.locator("[data-drop=id_front]"), desk.page.locator("input[name=id_front]")
    chosen.set_input_files(pictures["text"])
    expect(place.get_by_role("alert")).to_have_text("This file is not an image. Choose a JPEG or PNG photo.")
    assert chosen.evaluate("input => input.files.length") == 0
    chosen.set_input_files(pictures["id"])
    expect(place.locator("img")).to_be_visible()
    expect(place.get_by_role("alert")).to_be_empty()


def test_new_submission_names_a_photo_that_the_browser_cannot_show(desk: Desk, pictures: dict[str, Path]) -> None:
    desk.log_in("agent").go("/submissions/new/")
    chosen = desk.page.locator("input[name=id_front]")
    heic = {"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": pictures["text"].read_bytes()}
    chosen.set_input_files(heic)
    expect(desk.page.locator("[data-drop=id_front]")).to_contain_text("IMG_1.HEIC")
    assert chosen.evaluate("input => input.files.length") == 1


def test_a_file_changed_after_it_was_chosen_is_named_and_not_sent(
    desk: Desk, pictures: dict[str, Path], tmp_path: Path
) -> None:
    draft(desk.log_in("agent"), "changed@example.com")
    page, chosen = desk.page, tmp_path / "selfie.jpg"
    chosen.write_bytes(pictures["selfie2"].read_bytes())
    page.route("**/values/", lambda route: route.abort())  # the first upload fails
    page.set_input_files("input[name=selfie]", chosen)
    expect(page.locator(SAVED)).to_contain_text("no connection")
    change(chosen)
    page.unroute("**/values/")
    page.get_by_role("button", name="Send Step 1").click()
    expect(page.locator(SAVED)).to_contain_text("was changed, moved or deleted")
    assert ours(page)
    page.set_input_files("input[name=selfie]", chosen)
    expect(page.locator("#f-selfie img")).to_be_visible()


@pytest.mark.parametrize(("status", "told"), [(413, "too large"), (503, "was not stored"), (429, "minute")])
def test_a_refused_upload_says_what_to_do_and_send_waits(
    desk: Desk, pictures: dict[str, Path], status: int, told: str
) -> None:
    draft(desk.log_in("agent"), f"refused{status}@example.com")
    page = desk.page
    page.route("**/values/", lambda route: refuse(route, status))
    page.set_input_files("input[name=selfie]", pictures["selfie2"])
    expect(page.locator(SAVED)).to_contain_text(told)
    page.get_by_role("button", name="Send Step 1").click()
    expect(page.locator(SAVED)).to_contain_text(told)
    assert ours(page)


def refuse(route: Route, status: int) -> None:
    route.fulfill(status=status, body="")


def test_send_without_a_connection_stays_on_the_page(desk: Desk) -> None:
    draft(desk.log_in("agent"), "offline@example.com")
    page = desk.page
    page.context.set_offline(True)
    page.get_by_role("button", name="Send Step 1").click()
    expect(page.locator(SAVED)).to_contain_text("no connection")
    assert ours(page)
    page.context.set_offline(False)
