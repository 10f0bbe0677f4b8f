"""The customer's page in each language: accessible, within a small screen and with large text, read in one order."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.actions import draft
from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk, save_picture
from tests.browser.fake_camera import FakeCamera
from tests.browser.phone_actions import check_sizes, new_phone, show_code

pytestmark = pytest.mark.browser
# What a screen reader says of the page that takes the photo, from the top; the names differ by language.
ORDER = ["banner", "group", "main", "heading", "button", "list", "button", "button", "paragraph"]


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, launch: Callable[..., Browser]) -> Iterator[FakeCamera]:
    with_camera = FakeCamera(tmp_path_factory.mktemp("languages"), launch)
    yield with_camera
    with_camera.browser.close()


@pytest.fixture(params=settings.CUSTOMER_LANGUAGES)
def phone(request: pytest.FixtureRequest, camera: FakeCamera) -> Iterator[BrowserContext]:
    context = new_phone(camera.browser, "zh-CN" if request.param == "zh-hans" else request.param)
    yield context
    context.close()


def test_pages_are_accessible_and_fit(desk: Desk, phone: BrowserContext) -> None:
    draft(desk.log_in("agent"), "languages@example.com")
    address, page = show_code(desk), phone.new_page()
    page.goto(address.partition("#")[0])
    language = page.locator("html").get_attribute("lang") or ""
    check_sizes(page, f"phone-enter-{language}")
    page = phone.new_page()  # in the old one, another fragment would load nothing
    page.goto(address)
    expect(page.locator("#take")).to_be_visible(timeout=30_000)
    check_sizes(page, f"phone-take-{language}")
    page.locator(".phone-languages summary").click()
    check_sizes(page, f"phone-languages-{language}")
    page.locator(".phone-languages summary").click()
    page.locator(".phone-open").click()
    expect(page.locator("[data-take]")).to_be_enabled(timeout=20_000)
    check_accessible(page, f"phone-camera-{language}")
    save_picture(page, f"phone-camera-{language}")
    page.locator("[data-close]").click()
    page.locator(".send-photo").click()
    expect(page.locator("#problems")).to_be_visible()
    check_sizes(page, f"phone-problem-{language}")


def test_screen_readers_meet_everything_in_one_order(desk: Desk, phone: BrowserContext) -> None:
    draft(desk.log_in("agent"), "order@example.com")
    page = phone.new_page()
    page.goto(show_code(desk))
    expect(page.locator("#take")).to_be_visible(timeout=30_000)
    roles = re.findall(r"^ *- (\w+)", page.locator("body").aria_snapshot(), re.MULTILINE)
    assert [role for role in roles if role in set(ORDER)] == ORDER
