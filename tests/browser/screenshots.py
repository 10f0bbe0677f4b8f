"""`make pictures`: take the README's screenshots from the real pages of a running stack, at a small size."""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests import pictures
from tests.browser import chromium
from tests.browser.actions import confirm, new_submission, open_as_officer, send_step1, send_step2
from tests.browser.conftest import Desk
from tests.stack import ROOT, Stack

FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 860}
COLOURS = 256
EMAIL = "minseo@example.com"
# One digit is misread, so that the comparison shows a difference.
READ = {
    "fullName": "Minseo Example",
    "birthDate": "1990-02-03",
    "nationality": "KOR",
    "gender": "female",
    "documentNumber": "M12345673",
    "issueDate": "2021-03-04",
    "expireDate": "2031-03-03",
}


def main() -> int:
    path = chromium.executable()
    if path is None:
        print("Chromium is missing. Install chromium and run make pictures again.")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stack = Stack(Path(folder))
        try:
            browser = playwright.chromium.launch(executable_path=path, args=chromium.arguments())
            desks = [Desk(browser.new_context(viewport=SIZE, locale="en-GB").new_page(), stack) for _desk in range(2)]
            stack.wait_until_ready()
            _take(*desks, _files(Path(folder)))
            browser.close()
        finally:
            stack.stop()
    return 0


def _files(folder: Path) -> dict[str, Path]:
    made = {"selfie": pictures.selfie_jpeg((1600, 1200)), "id": pictures.id_card_jpeg()}
    for name, content in made.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return {name: folder / f"{name}.jpg" for name in made}


def _take(agent: Desk, officer: Desk, files: dict[str, Path]) -> None:
    agent.stack.control.ocr(EMAIL, **READ)
    agent.log_in("agent")
    url = new_submission(agent, EMAIL, files)
    send_step1(agent)
    confirm(agent)
    _keep(agent, "confirm")
    send_step2(agent, "Pending review")
    open_as_officer(officer, url)
    _keep(officer, "review")


def _keep(desk: Desk, name: str) -> None:
    path = FOLDER / f"{name}.png"
    desk.page.evaluate("scrollTo(0, 0)")
    desk.page.wait_for_load_state("networkidle")
    desk.page.screenshot(path=path)
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    sys.exit(main())
