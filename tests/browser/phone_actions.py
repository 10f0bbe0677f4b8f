"""Actions around the customer's phone: the desk shows a link, the phone opens it."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Desk
from tests.browser.fake_camera import KEEPS_STREAMS

PHONE = {"width": 390, "height": 844}


def new_phone(browser: Browser, language: str = "en-GB") -> BrowserContext:
    """Return a phone whose user has accepted the self-signed certificate."""
    settings = {"viewport": PHONE, "locale": language, "ignore_https_errors": True, "has_touch": True}
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    context.add_init_script(KEEPS_STREAMS)
    return context


def show_code(desk: Desk, kind: str = "selfie") -> str:
    """Return the URL in the code."""
    part = desk.page.locator(f"#f-{kind}")
    before = part.locator("input[readonly]").input_value() if part.locator("input[readonly]").count() else ""
    if part.locator("details").get_attribute("open") is None:
        part.locator("summary").click()
    part.get_by_role("button", name="QR code").click()
    expect(part.locator("input[readonly]")).not_to_have_value(before, timeout=20_000)
    return part.locator("input[readonly]").input_value()


def arrived(desk: Desk, text: str) -> None:
    """Wait until the card shows and announces the picture automatically."""
    expect(desk.page.locator("#f-selfie")).to_contain_text(text, timeout=30_000)
    expect(desk.page.locator("#phone-told")).to_contain_text("has arrived")


def is_done(page: Page) -> None:
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=30_000)


def choose_language(page: Page, name: str) -> None:
    page.locator(".phone-languages summary").click()
    page.get_by_role("button", name=name).click()
