"""Measure the time from pressing Next until the review page is usable, against a plain page with the same images.

The portal runs as usual (`tests.stack`); its next submission is reserved and its images are preloaded. The plain page
is HTML with only the images, from a simple server in this process. Both are measured in the same browser, in turns,
from the click until everything visible has loaded.
"""

import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.report import Report
from submissions.capture.imaging.normalise import Kind, prepare
from tests import pictures
from tests.browser import chromium
from tests.stack import Stack

TURNS = 9
MAX_MS = 300
PRESS_NEXT = """
    async () => {
        const before = location.pathname;
        const start = performance.now();
        document.querySelector("#next").click();
        for (;;) {
            await new Promise(requestAnimationFrame);
            const images = [...document.querySelectorAll(".selfie img")];
            const shown = images.length && images.every((image) => image.complete && image.naturalWidth);
            const usable = location.pathname !== before && document.querySelector("#verdict");
            if (usable && shown) return performance.now() - start;
        }
    }
"""
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


class Bare(BaseHTTPRequestHandler):
    images: dict[str, bytes]

    def do_GET(self) -> None:
        name = self.path.split("?")[0]
        page = "".join(f"<img src='{image}?{self.path}' width='400' alt=''>" for image in self.images)
        content = self.images.get(name) or f"<!doctype html><title>bare</title>{page}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg" if name in self.images else "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        return


@contextmanager
def bare_server() -> Iterator[str]:
    Bare.images = {
        "/id.jpg": prepare(pictures.id_card_jpeg(), Kind.ID_FRONT).content,
        "/selfie.jpg": prepare(pictures.selfie_jpeg(), Kind.SELFIE).content,
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def log_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/accounts/login/")
    page.get_by_label("User name").fill("officer")
    page.get_by_label("Password").fill(stack.password)
    page.get_by_role("button", name="Sign in", exact=True).first.click()
    page.wait_for_url(f"{stack.url}/")
    page.goto(f"{stack.url}/review/?view=all")
    page.locator("#next").click()
    page.locator("#verdict").wait_for()


def measure(ours: Page, bare: Page, bare_url: str) -> tuple[float, float]:
    """Return medians in milliseconds: the portal's next page, the plain page. The first turn is a warm-up."""
    pairs = []
    for turn in range(TURNS):
        ours.locator("main[data-ready]").wait_for(timeout=30_000)
        pressed = ours.evaluate(PRESS_NEXT)
        bare.goto(f"{bare_url}/?{turn}", wait_until="load")
        pairs.append((pressed, bare.evaluate(LOADED)))
    next_page, bare_page = zip(*pairs[1:], strict=True)
    return statistics.median(next_page), statistics.median(bare_page)


def main() -> int:
    report = Report("Review console: from pressing Next until usable")
    with tempfile.TemporaryDirectory() as folder, bare_server() as bare_url, sync_playwright() as playwright:
        stack = Stack(Path(folder))
        try:
            stack.wait_until_ready()
            stack.file([{"email": f"bench{number}@example.com"} for number in range(TURNS + 2)])
            browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.arguments())
            ours, bare = (browser.new_context(viewport={"width": 1440, "height": 900}).new_page() for _page in range(2))
            log_in(ours, stack)
            next_page, bare_page = measure(ours, bare, bare_url)
            browser.close()
        finally:
            stack.stop()
    report.add("console: next, images in memory", next_page, "ms", at_most=MAX_MS)
    report.add("console: next, beside a bare page", next_page, "ms", against="bare page", reference=bare_page)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
