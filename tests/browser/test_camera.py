"""The camera in the page, with Chromium's fake camera showing the portrait."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import ImageOps
from playwright.sync_api import Browser, expect

from tests import pictures
from tests.browser import fake_camera
from tests.browser.actions import Pictures, confirm, draft, open_as_officer, send_step1, send_step2, upload
from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk
from tests.browser.fake_camera import FakeCamera, hint, likeness, live_tracks, open_camera, stored_picture, take
from tests.browser.gathering_actions import saved, tab_to
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Browser]) -> Iterator[FakeCamera]:
    with_camera = FakeCamera(tmp_path_factory.mktemp("camera"), launch)
    yield with_camera
    with_camera.browser.close()


@pytest.fixture
def seeing(camera: FakeCamera, stack: Stack) -> Iterator[Desk]:
    """Return a desk whose camera shows a good selfie unless the test changes it."""
    camera.show(pictures.selfie())
    context = camera.browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(fake_camera.KEEPS_STREAMS)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    yield Desk(page, stack).log_in("agent")
    context.close()


def test_a_selfie_by_camera_and_keyboard_reaches_the_reviewer(
    seeing: Desk, other_desk: Desk, camera: FakeCamera, pictures: Pictures
) -> None:
    url = draft(seeing, "live@example.com")
    page = seeing.page
    upload(seeing, "id_front", pictures["id"])
    tab_to(page, page.get_by_role("button", name="Camera: Selfie", exact=True))
    page.keyboard.press("Enter")
    hint(page, "Good. Take the photo now.")
    assert page.locator("video").evaluate("video => getComputedStyle(video).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    expect(page.get_by_role("button", name="Take photo", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use photo", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#f-selfie")).to_contain_text("live camera", timeout=20_000)
    expect(page.locator("#f-id_front")).to_contain_text("from a file")
    stored = stored_picture(seeing)
    assert stored.size == (960, 720)
    same, mirrored = likeness(stored, camera.shown), likeness(stored, ImageOps.mirror(camera.shown))
    assert same > 0.97 > mirrored, "what the person sees is mirrored, what is kept is not"
    send_step1(seeing)
    confirm(seeing)
    send_step2(seeing, "Pending review")
    open_as_officer(other_desk, url)
    expect(other_desk.page.locator("figure.selfie figcaption")).to_contain_text("live camera")
    expect(other_desk.page.get_by_text("ID front: from a file", exact=False)).to_contain_text("Selfie: live camera")


def test_hints_say_what_to_change_and_the_camera_stops_when_it_is_left(seeing: Desk, camera: FakeCamera) -> None:
    draft(seeing, "hints@example.com")
    page = seeing.page
    for image, told in (
        (pictures.portrait().resize((960, 960)).crop((0, 0, 960, 720)), "Come closer"),
        (pictures.portrait().crop((174, 60, 274, 135)).resize((960, 720)), "Move back"),
        (pictures.selfie().point(lambda level: level // 9), "too dark"),
    ):
        camera.show(image)
        open_camera(page, "Camera: Selfie")
        hint(page, told)
        assert live_tracks(page) == 1
        page.keyboard.press("Escape")
        expect(page.locator("#camera")).to_be_hidden()
        assert live_tracks(page) == 0
        expect(page.get_by_role("button", name="Camera: Selfie", exact=True)).to_be_focused()
    camera.show(pictures.selfie())
    open_camera(page, "Camera: Selfie")
    hint(page, "Good. Take the photo now.")
    check_dialog(seeing, "camera-live")
    page.get_by_role("button", name="Take photo", exact=True).click()
    assert live_tracks(page) == 0, "nothing looks while a picture is looked at"
    check_dialog(seeing, "camera-taken")
    page.get_by_role("button", name="Retake", exact=True).click()
    hint(page, "Good. Take the photo now.")
    page.get_by_role("button", name="Close camera", exact=True).click()
    assert page.locator("#f-selfie img").count() == 0, "looking stores nothing"


def check_dialog(desk: Desk, name: str) -> None:
    desk.shot(name)
    for size in ((390, 844), (1440, 900)):
        desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        check_accessible(desk.page, name)
        for button in desk.page.locator("#camera button:visible").all():
            assert button.evaluate("b => b.getBoundingClientRect().bottom <= innerHeight"), (name, size)


def test_another_camera_can_be_chosen(launch: Callable[..., Browser], stack: Stack) -> None:
    """Chromium has two cameras if it shows its own pattern."""
    page = launch(*fake_camera.FAKE).new_page(locale="en-GB")
    page.add_init_script(fake_camera.KEEPS_STREAMS)
    draft(Desk(page, stack).log_in("agent"), "two-cameras@example.com")
    open_camera(page, "Camera: ID front")
    choice = page.get_by_role("combobox", name="Camera")
    expect(choice.locator("option")).to_have_count(2, timeout=20_000)
    other = choice.locator("option").nth(1).get_attribute("value")
    choice.select_option(index=1)
    in_use = "other => streams.at(-1).getVideoTracks()[0].getSettings().deviceId === other"
    page.wait_for_function(in_use, arg=other)
    expect(choice).to_have_value(other or "")
    assert live_tracks(page) == 1, "the first one was let go"
    page.context.close()


REFUSES = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', window.refusal); };
}"""


def test_a_camera_that_cannot_be_had_says_what_to_do(desk: Desk, pictures: Pictures) -> None:
    """This browser really has no camera; the other two errors are simulated as a browser raises them."""
    draft(desk.log_in("agent"), "refused@example.com")
    page = desk.page
    open_camera(page, "Camera: Selfie")
    hint(page, "No camera was found. Connect one")
    expect(page.get_by_role("button", name="Take photo", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Close camera", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.evaluate(REFUSES)
    for name, told in (
        ("NotAllowedError", "Allow it in the browser's address bar"),
        ("NotReadableError", "Another program is using the camera"),
    ):
        page.evaluate(f"window.refusal = '{name}'")
        open_camera(page, "Camera: Selfie")
        hint(page, told)
        page.keyboard.press("Escape")
    upload(desk, "selfie", pictures["selfie2"])
    expect(page.locator("#f-selfie")).to_contain_text("from a file")


def test_a_session_that_ends_before_the_picture_is_used_loses_nothing(seeing: Desk) -> None:
    url = draft(seeing, "camera-ended@example.com")
    page = seeing.page
    with page.expect_response(lambda reply: reply.url.endswith("/open/")):  # the camera is recorded
        open_camera(page, "Camera: Selfie")
    page.context.clear_cookies(name="sessionid")
    take(page)
    expect(page.locator("#saved")).to_contain_text("You are signed out", timeout=20_000)
    again = page.context.new_page()
    Desk(again, seeing.stack).sign_in("agent")
    expect(again.get_by_role("heading", name="Home")).to_be_visible(timeout=20_000)
    again.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # the user returns to this tab
    expect(page.locator("#f-selfie")).to_contain_text("live camera", timeout=20_000)
    page.goto(url)
    expect(page.locator(".timeline").first.get_by_text("Image added")).to_have_count(1)


def test_a_photo_of_15_mb_on_a_slow_line_is_shown_as_progress(desk: Desk, pictures: Pictures, tmp_path: Path) -> None:
    """An upload takes five seconds. The page keeps values typed during it, and Send waits until it has ended."""
    heavy = tmp_path / "heavy.jpg"
    heavy.write_bytes(padded(pictures["selfie2"].read_bytes(), 14_900_000))
    draft(desk.log_in("agent"), "slow-line@example.com")
    page = desk.page
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 3_000_000}
    line.send("Network.emulateNetworkConditions", slow)
    page.evaluate(WATCHES_PROGRESS)
    page.locator("#f-selfie input[type=file]").set_input_files(heavy)
    expect(page.locator("#progress")).to_be_visible()
    page.locator("#f-name").fill("Typed During The Upload")
    page.locator("#f-id_front input[type=file]").set_input_files(pictures["id"])
    saved(page)
    seen = page.evaluate("window.seen")
    expect(page.locator("#f-selfie img")).to_be_visible(timeout=60_000)
    expect(page.locator("#f-id_front img")).to_be_visible(timeout=60_000)
    expect(page.locator("#f-name")).to_have_value("Typed During The Upload")
    assert len({value for value in seen if 0 < value < 100}) >= 2, seen


WATCHES_PROGRESS = """
  window.seen = [];
  const bar = document.querySelector("#progress");
  const look = () => { if (bar.hasAttribute("value")) window.seen.push(bar.value); };
  new MutationObserver(look).observe(bar, { attributes: true });
"""


def padded(content: bytes, size: int) -> bytes:
    """Return the same JPEG padded with comments to this size, equally fast to decode."""
    comment = b"\xff\xfe" + (65535).to_bytes(2, "big") + b" " * 65533
    count = (size - len(content)) // len(comment)
    return content[:2] + comment * count + content[2:]
