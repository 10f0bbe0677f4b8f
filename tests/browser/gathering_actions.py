""""""

from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import Pictures, new_submission
from tests.browser.conftest import Desk

LICENCE = {
    "name": "Minseo Example",
    "date_of_birth": "1990-02-03",
    "license_number": "11-21-123456-78",
    "serial_number": "A1B2C3",
}


def draft_of(desk: Desk, email: str, pictures: Pictures) -> str:
    url = new_submission(desk, email, pictures | {"selfie": pictures["selfie2"]})
    for name in ("name", "date_of_birth", "document_number"):
        desk.page.locator(f"#f-{name}").fill({"document_number": "M12345678", **LICENCE}[name])
    saved(desk.page)
    return url


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("Saved", timeout=20_000)


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Move the focus to the element with the Tab key only."""
    for _key in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key never came to it")
