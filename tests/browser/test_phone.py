"""The phone hand-over with two browsers: the agent's desk, and a phone over https."""

import email
import re
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import pictures
from tests.browser.actions import draft
from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk, save_picture
from tests.browser.fake_camera import (
    FakeCamera,
    hint,
    likeness,
    live_tracks,
    open_camera,
    stored_picture,
)
from tests.browser.gathering_actions import tab_to
from tests.browser.phone_actions import PHONE, arrived, choose_language, is_done, new_phone, show_code

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Browser]) -> Iterator[FakeCamera]:
    with_camera = FakeCamera(tmp_path_factory.mktemp("phone"), launch)
    yield with_camera
    with_camera.browser.close()


@pytest.fixture
def phone(camera: FakeCamera) -> Iterator[BrowserContext]:
    """Return a phone whose user has accepted the self-signed certificate."""
    camera.show(pictures.selfie())
    context = new_phone(camera.browser)
    yield context
    context.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"selfie": pictures.selfie_jpeg((1040, 780)), "nobody": pictures.no_face_jpeg()}
    for name, content in made.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    return {name: tmp_path / f"{name}.jpg" for name in made}


def images_of(desk: Desk) -> int:
    return desk.page.locator(".timeline").first.get_by_text("Image added").count()


def test_a_live_selfie_comes_over_and_the_token_is_nowhere(
    desk: Desk, phone: BrowserContext, camera: FakeCamera
) -> None:
    draft(desk.log_in("agent"), "phone@example.com")
    address = show_code(desk)
    assert address.startswith("https://"), "phones give their camera to secure pages only"
    expect(desk.page.get_by_alt_text("QR code to scan with the customer's phone")).to_be_focused()
    save_picture(desk.page, "phone-code-wide-light")
    check_accessible(desk.page, "the code")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    page = phone.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Take a photo of your face")).to_be_visible(timeout=30_000)
    look_at(page, "phone-take")
    choose_language(page, "한국어")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    look_at(page, "phone-take-korean")
    choose_language(page, "English")
    open_camera(page, "Open the camera")
    hint(page, "Good. Take the photo now.")
    look_at(page, "phone-camera")
    page.get_by_role("button", name="Take photo", exact=True).click()
    page.get_by_role("button", name="Use photo", exact=True).click()
    is_done(page)
    assert live_tracks(page) == 0
    look_at(page, "phone-done")
    arrived(desk, "customer's phone, live camera")
    assert likeness(stored_picture(desk), camera.shown) > 0.97
    token = address.rpartition("#")[2]
    assert len(token) >= 43
    assert not any(token in line for line in [*asked, page.url])
    assert token not in (desk.stack.folder / "stack.log").read_text()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert token not in kept
    expect(desk.page.get_by_text("0 of 3 used")).to_be_visible()


def look_at(page: Page, name: str) -> None:
    """Check narrow and wide, light and dark: accessible and not wider than the screen; take a screenshot."""
    for label, size in (("narrow", PHONE), ("wide", {"width": 1440, "height": 900})):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_accessible(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, label)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            save_picture(page, f"{name}-{label}-{scheme}")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def test_what_to_do_then_a_double_press_back_and_a_second_tab(
    desk: Desk, phone: BrowserContext, files: dict[str, Path]
) -> None:
    url = draft(desk.log_in("agent"), "phone-twice@example.com")
    address = show_code(desk)
    page, tab = phone.new_page(), phone.new_page()
    for one in (page, tab):
        one.goto(address)
        expect(one.get_by_role("heading", name="Take a photo of your face")).to_be_visible(timeout=30_000)
    page.locator("input[type=file]").set_input_files(files["nobody"])
    expect(page.locator("#problems")).to_contain_text("No face was found", timeout=30_000)
    expect(page.locator("#problems")).to_be_focused()
    look_at(page, "phone-advised")
    assert desk.page.locator("#f-selfie img:not(.qr-code)").count() == 0, "nothing was stored"
    tab_to(page, page.get_by_role("button", name="Send it anyway", exact=True), most=8)
    page.get_by_role("button", name="Send it anyway", exact=True).dblclick()
    is_done(page)
    arrived(desk, "customer's phone, from a file")
    tab.locator("input[type=file]").set_input_files(files["selfie"])
    is_done(tab)
    page.go_back()
    page.go_forward()
    page.reload()
    is_done(page)
    desk.page.goto(url)
    expect(desk.page.locator("#f-selfie")).to_contain_text("No face was found")
    assert images_of(desk) == 1, "one link, one picture"


def test_a_phone_that_lost_its_way_or_its_line_loses_nothing(
    desk: Desk, phone: BrowserContext, files: dict[str, Path]
) -> None:
    draft(desk.log_in("agent"), "phone-lost@example.com")
    address = show_code(desk)
    page = phone.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Take a photo of your face")).to_be_visible(timeout=30_000)
    phone.set_offline(True)
    page.locator("input[type=file]").set_input_files(files["selfie"])
    expect(page.locator("#sent")).to_contain_text("Your photo is still here", timeout=20_000)
    phone.clear_cookies(name="phone-token")
    phone.set_offline(False)  # sending continues automatically
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible(timeout=20_000)
    look_at(page, "phone-gone")
    again = phone.new_page()
    again.goto(address)  # the link was not used
    again.locator("input[type=file]").set_input_files(files["selfie"])
    is_done(again)
    arrived(desk, "customer's phone, from a file")
    assert images_of(desk) <= 1


def test_revoked_mailed_and_without_script(
    desk: Desk, camera: FakeCamera, phone: BrowserContext, files: dict[str, Path]
) -> None:
    draft(desk.log_in("agent"), "phone-plain@example.com")
    old = show_code(desk)
    desk.page.get_by_role("button", name="Revoke link").click()
    expect(desk.page.locator("#phone-told")).to_contain_text("does not work any more", timeout=20_000)
    page = phone.new_page()
    page.goto(old)
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible(timeout=20_000)
    desk.page.locator("#f-selfie summary").click()
    desk.page.locator("#f-selfie").get_by_role("button", name="E-mail link").click()
    expect(desk.page.locator("#phone-told")).to_contain_text("on its way", timeout=20_000)
    address = mailed_address(desk)
    plain = camera.browser.new_context(locale="en-GB", ignore_https_errors=True, java_script_enabled=False)
    page = plain.new_page()
    page.goto(address)
    page.get_by_label("paste the whole link here").fill(address)
    page.get_by_role("button", name="Continue").click()
    page.locator("input[type=file]").set_input_files(files["selfie"])
    page.get_by_role("button", name=re.compile("Send photo|Send it anyway")).click()
    is_done(page)
    plain.close()
    arrived(desk, "customer's phone, from a file")


def mailed_address(desk: Desk) -> str:
    """Return the newest e-mail of the stack."""
    newest = max((desk.stack.folder / "data" / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
    body = email.message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return next(line for line in body.get_content().split() if "/phone/#" in line)
