"""An invitation with two browsers: the customer does the whole capture on the phone while the agent's page follows."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import pictures
from tests.browser.actions import draft
from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk, save_picture
from tests.browser.fake_camera import KEEPS_STREAMS, FakeCamera, hint, open_camera, take

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
LATER = 30_000  # ms


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Browser]) -> Iterator[FakeCamera]:
    with_camera = FakeCamera(tmp_path_factory.mktemp("invitation"), launch)
    yield with_camera
    with_camera.browser.close()


@pytest.fixture
def phone(camera: FakeCamera) -> Iterator[BrowserContext]:
    settings = {"viewport": PHONE, "locale": "en-GB", "ignore_https_errors": True, "has_touch": True}
    context = camera.browser.new_context(**settings)  # type: ignore[arg-type]
    context.add_init_script(KEEPS_STREAMS)
    yield context
    context.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"id": pictures.id_card_jpeg(), "nobody": pictures.no_face_jpeg()}
    for name, content in made.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    return {name: tmp_path / f"{name}.jpg" for name in made}


def invite(desk: Desk) -> str:
    """Return the link that the agent's page shows."""
    desk.page.locator("#invitation").get_by_role("button", name="Show QR code and link").click()
    expect(desk.page.locator("#invitation-url")).to_be_visible(timeout=LATER)
    return desk.page.locator("#invitation-url").input_value()


def look_at(page: Page, name: str) -> None:
    """Check that the page is accessible and not wider than the phone, in three languages; take a screenshot of each."""
    for code in ("ko", "ar", "en"):
        page.context.add_cookies([{"name": "customer-language", "value": code, "url": page.url, "secure": True}])
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", code)
        check_accessible(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, code)
        save_picture(page, f"invitation-{name}-{code}")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(text), timeout=LATER)


def choose(page: Page, path: Path) -> None:
    page.locator("#take input[type=file]").set_input_files(path)


def selfie(page: Page) -> None:
    open_camera(page, "Open the camera")
    hint(page, "Good. Take the photo now.")
    take(page)


def follows(desk: Desk, text: str) -> None:
    expect(desk.page.locator("#invitation")).to_contain_text(text, timeout=LATER)


def ask_again(desk: Desk, label: str, reason: str) -> None:
    """Ask for another photo; the card's polling keeps the open form."""
    card = desk.page.locator("#invitation")
    card.get_by_text(f"Ask for another photo: {label}").click()
    card.get_by_label("Reason, shown to the customer").locator("visible=true").select_option(reason)
    card.get_by_label("Note for colleagues").locator("visible=true").fill("The corner is missing.")
    save_picture(desk.page, "invitation-desk-asks")
    check_accessible(desk.page, "asking for another photo")
    card.get_by_role("button", name="Ask for another photo").locator("visible=true").click()
    follows(desk, "Another photo was requested: cut off")
    save_picture(desk.page, "invitation-desk-asked")


def fill_details(page: Page) -> None:
    """Confirm the values read; type those that the page asks for."""
    typed = {"document_number": "M12345678", "date_of_issue": "2021-03-04", "date_of_expiry": "2031-03-03"}
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if field.count() and not field.input_value():
            field.fill(value)
    page.get_by_role("button", name="Continue", exact=True).click()


def test_whole_capture_on_the_phone_with_one_retry(
    desk: Desk, phone: BrowserContext, camera: FakeCamera, files: dict[str, Path]
) -> None:
    draft(desk.log_in("agent"), "invited+liveness+approved@example.com")
    address = invite(desk)
    save_picture(desk.page, "invitation-desk-code")
    check_accessible(desk.page, "the code of an invitation")
    follows(desk, "Not opened yet")
    page = phone.new_page()
    page.goto(address)
    heading(page, "Your identity check")
    look_at(page, "welcome")
    page.get_by_role("button", name="Start", exact=True).click()
    heading(page, "front of your ID")
    look_at(page, "front")
    follows(desk, "Customer is on it")
    choose(page, files["id"])
    heading(page, "Take a photo of your face")
    expect(desk.page.locator("#f-id_front img")).to_be_visible(timeout=LATER)
    choose(page, files["nobody"])
    expect(page.locator("#problems")).to_contain_text("No face was found", timeout=LATER)
    assert desk.page.locator("#f-selfie img:not(.qr-code)").count() == 0, "nothing was stored"
    camera.show(pictures.selfie())
    selfie(page)
    heading(page, "Your details")
    look_at(page, "details")
    page.get_by_text("Ask for help").click()
    page.get_by_label("What does not work?").fill("Which number?")
    page.get_by_role("button", name="Send request for help").click()
    expect(page.get_by_text("You asked for help at")).to_be_visible(timeout=LATER)
    follows(desk, "Which number?")
    desk.page.get_by_role("button", name="Helped").click()
    expect(desk.page.locator("#invitation")).not_to_contain_text("Which number?", timeout=LATER)
    page.get_by_role("button", name="Continue", exact=True).click()
    heading(page, "Everything is there")
    look_at(page, "submit")
    page.get_by_role("button", name="Submit", exact=True).click()
    heading(page, "we have received everything")
    look_at(page, "waiting")
    follows(desk, "Ready to send")
    ask_again(desk, "ID front", "Cut off")
    heading(page, "front of your ID")
    expect(page.locator("#again")).to_contain_text("A part is cut off")
    look_at(page, "asked")
    choose(page, files["id"])
    heading(page, "Everything is there")
    page.get_by_role("button", name="Submit", exact=True).click()
    follows(desk, "Ready to send")
    expect(desk.page.get_by_text("0 of 3 used")).to_be_visible()
    desk.page.reload()
    with desk.page.expect_navigation():
        desk.press("Send Step 1")
    heading(page, "Check your details")
    look_at(page, "confirm")
    fill_details(page)
    if page.locator("[name=compared]").count():
        page.get_by_role("button", name="Continue", exact=True).click()
    heading(page, "Everything is there")
    page.get_by_role("button", name="Submit", exact=True).click()
    follows(desk, "Ready to send")
    desk.page.reload()
    for why in desk.page.locator("[data-why]:visible input").all():
        why.fill("Compared with the ID on the image.")
    with desk.page.expect_navigation():
        desk.press("Send Step 2")
    expect(page.locator("#again")).to_contain_text("We need this photo once more", timeout=LATER)
    look_at(page, "again")
    selfie(page)
    heading(page, "Everything is there")
    page.get_by_role("button", name="Submit", exact=True).click()
    follows(desk, "Ready to send")
    desk.page.reload()
    save_picture(desk.page, "invitation-desk-ready")
    check_accessible(desk.page, "an invitation that is ready")
    with desk.page.expect_navigation():
        desk.press("Send Step 2")
    heading(page, "The check has ended")
    expect(page.get_by_text("Your identity has been verified")).to_be_visible()
    look_at(page, "result")


def test_link_works_on_one_phone_and_a_new_one_moves_it(desk: Desk, camera: FakeCamera, phone: BrowserContext) -> None:
    draft(desk.log_in("agent"), "invited-twice@example.com")
    address = invite(desk)
    page = phone.new_page()
    page.goto(address)
    page.get_by_role("button", name="Start", exact=True).click()
    heading(page, "front of your ID")
    second = camera.browser.new_context(locale="en-GB", ignore_https_errors=True, viewport=PHONE)  # type: ignore[arg-type]
    other = second.new_page()
    other.goto(address)
    heading(other, "in use on another phone")
    look_at(other, "other-phone")
    desk.page.reload()
    desk.page.locator("#invitation").get_by_role("button", name="Create new link").click()
    expect(desk.page.locator("#invitation-url")).to_be_visible(timeout=LATER)
    other.goto(desk.page.locator("#invitation-url").input_value())
    other.get_by_role("button", name="Start", exact=True).click()
    heading(other, "front of your ID")
    page.reload()
    heading(page, "This link has expired")
    desk.page.locator("#invitation").get_by_role("button", name="Revoke link").click()
    expect(desk.page.locator("#invitation")).to_contain_text("does not work any more", timeout=LATER)
    other.reload()
    heading(other, "This link has expired")
    second.close()
