"""A Chromium whose camera shows a picture that the test chooses, and access to the page's use of it."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests import pictures
from tests.browser.conftest import Desk

FRAMES = 4
FAKE = ("--use-fake-device-for-media-stream=device-count=2", "--use-fake-ui-for-media-stream")
# Keep every stream that the page opens where the test can inspect it. The camera bears a device's name: Chromium's own
# ("fake_device_0") is that of a virtual camera.
KEEPS_STREAMS = """
  window.cameraLabel = "Integrated Camera";
  Object.defineProperty(MediaStreamTrack.prototype, "label", { get: () => window.cameraLabel });
  window.streams = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    window.streams.push(await ask(wanted));
    return window.streams.at(-1);
  };
"""


class FakeCamera:
    """Chromium reads the file again each time that a page opens the camera."""

    def __init__(self, folder: Path, launch: Callable[..., Browser]) -> None:
        self.file = folder / "camera.mjpeg"
        self.show(pictures.selfie())
        self.browser = launch(
            *FAKE,
            f"--use-file-for-fake-video-capture={self.file}",
        )

    def show(self, image: Image.Image) -> None:
        self.shown = image.convert("RGB")
        self.file.write_bytes(pictures.jpeg(self.shown, 95) * FRAMES)


def open_camera(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator("#camera")).to_be_visible()


def hint(page: Page, text: str) -> None:
    expect(page.locator(".camera-hint")).to_contain_text(text, timeout=20_000)


def live_tracks(page: Page) -> int:
    count: int = page.evaluate("streams.flatMap((s) => s.getTracks()).filter((t) => t.readyState === 'live').length")
    return count


def stored_picture(desk: Desk, kind: str = "selfie") -> Image.Image:
    """Return the stored picture of this item, as the agent's page shows it."""
    source = desk.page.locator(f"#f-{kind} img").get_attribute("src")
    reply = desk.page.context.request.get(f"{desk.stack.url}{source}")
    return Image.open(io.BytesIO(reply.body())).convert("RGB")


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Return the correlation of two pictures, -1 to 1."""
    grey = [np.asarray(image.convert("L").resize((96, 72)), float).ravel() for image in (one, other)]
    return float(np.corrcoef(grey[0], grey[1])[0, 1])


def take(page: Page) -> None:
    page.get_by_role("button", name="Take photo", exact=True).click()
    page.get_by_role("button", name="Use photo", exact=True).click()
