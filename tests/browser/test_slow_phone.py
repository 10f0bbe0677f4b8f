"""The customer's phone on a slow connection: bytes of the first page, reduced photos, and sending that continues."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from submissions.capture.imaging.normalise import DEFAULT
from tests import pictures
from tests.browser.actions import draft
from tests.browser.conftest import Desk
from tests.browser.fake_camera import FakeCamera, hint, open_camera, stored_picture
from tests.browser.phone_actions import arrived, is_done, new_phone, show_code

pytestmark = pytest.mark.browser
MAX_FIRST_PAGE = 100_000  # bytes over the wire, from the opened link to the page that takes the photo
# 400 kbit/s in both directions; each request takes 400 ms longer.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
REFUSES_CAMERA = """navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException("refused", "NotAllowedError"));"""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Browser]) -> Iterator[FakeCamera]:
    with_camera = FakeCamera(tmp_path_factory.mktemp("slow"), launch)
    yield with_camera
    with_camera.browser.close()


@pytest.fixture
def phone(camera: FakeCamera) -> Iterator[BrowserContext]:
    context = new_phone(camera.browser)
    yield context
    context.close()


class Wire:
    """The bytes that a page receives, as the browser counts them: headers and compressed bodies."""

    def __init__(self, page: Page) -> None:
        self.received: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.on("Network.loadingFinished", self._note)

    def _note(self, event: dict[str, float]) -> None:
        self.received[str(event["requestId"])] = int(event["encodedDataLength"])

    @property
    def total(self) -> int:
        return sum(self.received.values())


def large_photo(folder: Path) -> Path:
    """Return a 12-megapixel selfie with the noise of a camera, as a phone held upright stores it: on its side."""
    upright = np.asarray(pictures.selfie((3000, 4000)), np.int16)
    noise = np.random.default_rng(7).integers(-12, 12, upright.shape, np.int16)
    noisy = Image.fromarray((upright + noise).clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    noisy.transpose(Image.Transpose.ROTATE_90).save(folder / "large.jpg", quality=92, exif=exif)
    return folder / "large.jpg"


def parts_of(page: Page) -> list[tuple[int, int]]:
    """Return a list that receives (start, bytes) of each part that the page sends."""
    sent: list[tuple[int, int]] = []

    def note(request: Request) -> None:
        if "/part/" in request.url:
            sent.append((start_of(request), len(request.post_data_buffer or b"")))

    page.on("request", note)
    return sent


def start_of(request: Request) -> int:
    return int(parse_qs(urlsplit(request.url).query)["start"][0])


@pytest.mark.parametrize("kind", ["selfie", "id_front"])
def test_first_page_is_small(desk: Desk, phone: BrowserContext, kind: str) -> None:
    draft(desk.log_in("agent"), f"slow-{kind}@example.com")
    address, page = show_code(desk, kind), phone.new_page()
    wire = Wire(page)
    page.goto(address)
    expect(page.get_by_role("button", name="Open the camera")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert 5_000 < wire.total < MAX_FIRST_PAGE


def test_live_selfie_arrives_over_a_slow_connection(desk: Desk, phone: BrowserContext, camera: FakeCamera) -> None:
    camera.show(pictures.selfie())
    draft(desk.log_in("agent"), "slow-live@example.com")
    address, page = show_code(desk), phone.new_page()
    Wire(page)
    page.goto(address)
    open_camera(page, "Open the camera")
    hint(page, "Good. Take the photo now.")
    page.get_by_role("button", name="Take photo", exact=True).click()
    page.get_by_role("button", name="Use photo", exact=True).click()
    is_done(page)
    arrived(desk, "customer's phone, live camera")


def test_large_photo_is_reduced_upright_before_it_is_sent(desk: Desk, phone: BrowserContext, tmp_path: Path) -> None:
    photo = large_photo(tmp_path)
    draft(desk.log_in("agent"), "slow-large@example.com")
    address, page = show_code(desk), phone.new_page()
    page.goto(address)
    sent = parts_of(page)
    page.locator("input[type=file]").set_input_files(photo)
    is_done(page)
    assert photo.stat().st_size > 2_000_000
    assert 100_000 < sum(size for _start, size in sent) < photo.stat().st_size / 2
    arrived(desk, "customer's phone, from a file")
    stored = stored_picture(desk)
    assert (stored.height, stored.width) == (DEFAULT.selfie_long_side, DEFAULT.selfie_long_side * 3 // 4)


def test_sending_continues_where_the_connection_broke(desk: Desk, phone: BrowserContext, tmp_path: Path) -> None:
    draft(desk.log_in("agent"), "slow-broken@example.com")
    address, page = show_code(desk), phone.new_page()
    page.goto(address)
    sent, broken = parts_of(page), []

    def break_twice(route: Route) -> None:
        if start_of(route.request) > 0 and len(broken) < 2:
            broken.append(start_of(route.request))
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/part/**", break_twice)
    (tmp_path / "selfie.jpg").write_bytes(pictures.jpeg(pictures.selfie((1800, 1350)), 98))
    page.locator("input[type=file]").set_input_files(tmp_path / "selfie.jpg")
    expect(page.locator("#sent")).to_contain_text("sending continues when the connection returns", timeout=20_000)
    is_done(page)
    first = broken[0]
    assert broken == [first, first], "the page asks how much has arrived before it continues"
    assert [start for start, size in sent if size].count(0) == 1, "what has arrived is not sent again"
    assert (first, 0) in sent
    arrived(desk, "customer's phone, from a file")


def test_refused_camera_offers_the_phones_own(desk: Desk, phone: BrowserContext, tmp_path: Path) -> None:
    draft(desk.log_in("agent"), "slow-refused@example.com")
    address, page = show_code(desk), phone.new_page()
    page.add_init_script(REFUSES_CAMERA)
    page.goto(address)
    open_camera(page, "Open the camera")
    hint(page, "The camera is not allowed here.")
    own = page.get_by_role("button", name="Use the phone's camera app")
    expect(own).to_be_focused()
    (tmp_path / "selfie.jpg").write_bytes(pictures.selfie_jpeg((1040, 780)))
    with page.expect_file_chooser() as chooser:
        own.click()
    assert page.locator("input[type=file]").get_attribute("capture") == "user"
    chooser.value.set_files(tmp_path / "selfie.jpg")
    is_done(page)
    arrived(desk, "customer's phone, from a file")
