"""Actions around the customer's phone: the desk shows a link, the phone opens it."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import scale
from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk, save_picture
from tests.browser.fake_camera import KEEPS_STREAMS

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}


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


def check_sizes(page: Page, name: str) -> None:
    """Check the page on a small screen and with text of 200 %."""
    for size, text in ((PHONE, "100%"), (SMALL, "100%"), (PHONE, "200%")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size, text)
        cut = page.evaluate("""[...document.querySelectorAll("main *, header *")]
            .filter((one) => one.clientWidth && !one.matches("input") && getComputedStyle(one).overflowX !== "hidden")
            .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 90))""")
        assert cut == [], (name, size, text)
        for scheme in ("light", "dark") if scale.FULL else ():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            save_picture(page, f"{name}-{size['width']}-{text.rstrip('%')}-{scheme}")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    check_accessible(page, name)
