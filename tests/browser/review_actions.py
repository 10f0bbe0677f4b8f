"""Actions of an officer on the review page."""

from pathlib import Path
from typing import Any

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

NAMES = iter(range(10**6))


def file(desk: Desk, *cases: dict[str, Any]) -> list[str]:
    """Submit one submission per case with the portal's own actions and return the ids.

    A case may name tags and differences.
    """
    made = []
    for case in cases:
        email = f"case{next(NAMES)}{case.pop('tags', '')}@review.example.com"
        made.append({"email": email, "customer_id": f"C-{next(NAMES)}", **case})
    return desk.stack.file(made)


def claim(desk: Desk, pk: str) -> Page:
    desk.go(f"/review/{pk}/")
    desk.page.locator("#claim-it").click()
    expect(desk.page.locator("#verdict")).to_be_visible()
    return desk.page


def tick_by_key(page: Page) -> int:
    """Tick every open warning with `w` and Space; return their number."""
    boxes = page.locator("input[name=warning]:not(:checked)").count()
    for _box in range(boxes):
        page.keyboard.press("w")
        page.keyboard.press(" ")
    return boxes


def pack_of(desk: Desk, folder: Path) -> str:
    """Return the text of the whole evidence pack, from the page that is open."""
    page = desk.page
    page.get_by_text("Evidence pack (PDF)").click()
    page.get_by_label("Reason for the evidence pack").fill("Asked for by the auditor")
    page.get_by_label("Unmasked: images, comments and full numbers").check()
    with page.expect_download() as download:
        desk.press("Download PDF")
    download.value.save_as(folder / "pack.pdf")
    pages = pypdfium2.PdfDocument(folder / "pack.pdf")
    return " ".join(" ".join(each.get_textpage().get_text_range() for each in pages).split())
