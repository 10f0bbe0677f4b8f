"""Live selfies in Chromium: a file needs a reason, a virtual camera is marked, and the officer acknowledges both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import fake_camera
from tests.browser.actions import Pictures, confirm, draft, open_as_officer, send_step1, send_step2, upload
from tests.browser.conftest import Desk
from tests.browser.fake_camera import FakeCamera, hint, open_camera, take
from tests.browser.review_actions import pack_of
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture
def seeing(tmp_path: Path, launch: Callable[..., Browser], stack: Stack) -> Iterator[Desk]:
    camera = FakeCamera(tmp_path, launch)
    context = camera.browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(fake_camera.KEEPS_STREAMS)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    yield Desk(page, stack).log_in("agent")
    context.close()


def set_option(desk: Desk, *, is_on: bool) -> None:
    desk.go("/settings/projects/")
    desk.page.get_by_role("link", name="Demo: standard", exact=True).click()
    desk.page.get_by_role("link", name="Capture", exact=True).first.click()
    desk.page.get_by_label("Live selfies only").set_checked(is_on)
    desk.shot("setting-live-selfies")
    with desk.page.expect_response(lambda reply: reply.request.method == "POST") as saved:
        desk.press("Save changes")
    assert saved.value.status == 302, desk.page.locator("main").inner_text()


def test_a_virtual_camera_and_a_file_are_explained_and_acknowledged(
    seeing: Desk, other_desk: Desk, desk: Desk, pictures: Pictures, tmp_path: Path
) -> None:
    set_option(desk.log_in("admin"), is_on=True)
    url = draft(seeing, "virtual@example.com")
    page = seeing.page
    upload(seeing, "id_front", pictures["id"])
    upload(seeing, "selfie", pictures["selfie"])
    card = page.locator("#f-selfie")
    expect(card).to_contain_text("This project accepts selfies from the live camera")
    seeing.shot("selfie-from-a-file")
    page.evaluate("window.cameraLabel = 'OBS Virtual Camera'")
    open_camera(page, "Camera: Selfie")
    hint(page, "Good. Take the photo now.")
    take(page)
    expect(card).to_contain_text("The image is from a virtual camera.", timeout=20_000)
    expect(card).to_contain_text("live camera, as the browser reports")
    card.locator("[name^=reason_]").fill("The desk's webcam program is needed for focus.")
    seeing.shot("virtual-camera")
    send_step1(seeing)
    confirm(seeing)
    send_step2(seeing, "Pending review")
    set_option(desk, is_on=False)
    open_as_officer(other_desk, url)
    page = other_desk.page
    warning = page.locator(".ack li", has_text="Selfie from a virtual camera: OBS Virtual Camera")
    expect(warning).to_contain_text("needed for focus")
    other_desk.shot("review-virtual-camera")
    for box in page.locator("input[name=warning]").all():
        box.check()
    warning.locator("input").uncheck()
    expect(page.locator("#approve")).to_have_attribute("aria-disabled", "true")
    warning.locator("input").check()
    page.locator("#open-next").uncheck()
    page.locator("#approve").click()
    expect(page.locator("#undo")).to_be_visible()
    other_desk.status("Approved")
    other_desk.go(f"/submissions/{url.rstrip('/').rpartition('/')[2]}/")
    assert "virtual camera" in pack_of(other_desk, tmp_path)


def test_liveness_of_a_file_says_so_on_the_review_page(desk: Desk, other_desk: Desk, pictures: Pictures) -> None:
    url = draft(desk.log_in("agent"), "fromfile@example.com")
    upload(desk, "id_front", pictures["id"])
    upload(desk, "selfie", pictures["selfie"])
    send_step1(desk)
    confirm(desk)
    send_step2(desk, "Pending review")
    open_as_officer(other_desk, url)
    row = other_desk.page.locator(".score-row", has_text="Liveness")
    expect(row).to_contain_text("from an uploaded file")
    other_desk.shot("liveness-of-a-file")
