"""One stack and one browser for the browser tests; a full run saves screenshots in artifacts/screenshots."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kycportal.run import free_port
from tests import scale
from tests.browser import addresses, chromium
from tests.stack import ROOT, Stack

SHOTS = ROOT / "artifacts" / "screenshots"


def no_browser() -> NoReturn:
    """Warn loudly on a developer's machine; fail on CI."""
    sentence = "NO CHROMIUM: the browser tests did not run. Install chromium and run make test-browser."
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return chromium.executable() or no_browser()


@pytest.fixture(autouse=True)
def _new_host() -> None:
    addresses.new_host()


# Ends before a file of another folder: Playwright's event loop would make Django refuse its database there.
@pytest.fixture(scope="package")
def launch(chromium_path: str) -> Iterator[Callable[..., Browser]]:
    """Start a Chromium with further arguments; all of them end with the browser tests."""
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def start(*arguments: str) -> Browser:
            every = [*chromium.arguments(), *arguments]
            started.append(playwright.chromium.launch(executable_path=chromium_path, args=every))
            return started[-1]

        yield start
        for browser in started:
            if browser.is_connected():
                browser.close()


@pytest.fixture(scope="package")
def launched() -> list[Browser]:
    """The plain Chromiums of this run; the last one is in use."""
    return []


@pytest.fixture
def browser(launch: Callable[..., Browser], launched: list[Browser]) -> Browser:
    """The Chromium that the tests share, or a new one after a crash, so that a crash costs one test."""
    if not launched or not launched[-1].is_connected():
        launched.append(launch())
    return launched[-1]


@pytest.fixture(scope="session")  # tests of other files run between those of the browser
def stack(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"), HTTPS_PORT=str(free_port()))
    try:
        yield running.wait_until_ready()
    finally:
        running.stop()


def save_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Save a screenshot in a full run."""
    if scale.FULL:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=full_page)


class Desk:
    """One user with one browser window."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page, self.stack = page, stack

    def log_in(self, name: str) -> "Desk":
        """Open Home as this person, with the session of an earlier test if there is one, otherwise through the form."""
        if cookies := self.stack.sessions.get(name):
            self.page.context.add_cookies(cookies)
            self.page.goto(f"{self.stack.url}/")
            if "/accounts/login/" not in self.page.url:
                return self
        self.sign_in(name)
        self.stack.sessions[name] = self.page.context.cookies()
        return self

    def sign_in(self, name: str) -> "Desk":
        """Sign in through the form, with a session that no other test shares."""
        self.page.goto(f"{self.stack.url}/accounts/login/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(self.stack.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return self

    def go(self, path: str) -> None:
        self.page.goto(self.stack.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def status(self, text: str) -> None:
        """Wait until the head of the submission's or the review page says this status."""
        self.page.locator("h1 .status, #status", has_text=text).wait_for(timeout=20_000)

    def shot(self, name: str) -> None:
        """Take screenshots wide and narrow, light and dark."""
        if not scale.FULL:
            return
        for label, size in (("wide", (1440, 900)), ("narrow", (390, 844))):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                save_picture(self.page, f"{name}-{label}-{scheme}", full_page=label == "narrow")
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Desk]:
    yield from _desk(browser, stack)


@pytest.fixture
def other_desk(browser: Browser, stack: Stack) -> Iterator[Desk]:
    yield from _desk(browser, stack)


def _desk(browser: Browser, stack: Stack) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    yield Desk(page, stack)
    context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return files that an agent may have: a 12-megapixel selfie, a drawn ID, and a file that is no picture."""
    from tests import pictures

    folder = tmp_path_factory.mktemp("pictures")
    made = {
        "selfie": pictures.jpeg(pictures.selfie((4000, 3000)), 90),
        "selfie2": pictures.selfie_jpeg((1000, 750)),
        "selfie3": pictures.selfie_jpeg((1040, 780)),
        "id": pictures.id_card_jpeg(),
        "text": b"not a picture",
    }
    for name, content in made.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return {name: folder / f"{name}.jpg" for name in made}
