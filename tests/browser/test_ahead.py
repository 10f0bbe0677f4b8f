"""The next submission's images, fetched into memory while this one is in sight: what is shown from there is told of."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.conftest import Desk
from tests.browser.test_review import claim, file

pytestmark = pytest.mark.browser
LOOKS = "Event.objects.filter(kind='image_opened', fields__image__in={images}).count()"


def wait_for(page: Page, is_so: Callable[[], bool]) -> None:
    for _time in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")


def test_image_that_comes_while_its_page_is_under_way_is_a_look_of_its_own(desk: Desk) -> None:
    """The page is asked for before the images are in memory, and comes back after them."""
    first, _second = file(desk, {"country": "FRA"}, {"country": "FRA"})
    page = desk.log_in("officer").page
    ahead: list[tuple[Route, APIResponse]] = []
    asked: list[Route] = []

    def image(route: Route) -> None:
        if route.request.headers.get("x-preload"):
            ahead.append((route, route.fetch()))  # the server has sent it, as one fetched ahead
        else:
            route.continue_()

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/images/**", image)
    claim(desk, first)
    wait_for(page, lambda: bool(ahead))
    page.wait_for_timeout(500)  # for the others of the same submission
    images = [route.request.url.rstrip("/").split("/")[-1] for route, _image in ahead]
    before = desk.stack.query(LOOKS.format(images=images))
    page.route(re.compile(r"/review/[0-9a-f-]{36}/$"), hold)
    page.keyboard.press("n")
    wait_for(page, lambda: len(asked) == 1)
    assert asked[0].request.headers["x-preloaded"] == ""
    for route, sent in ahead:
        route.fulfill(response=sent)
    expect(page.locator("main[data-ready]")).to_have_count(1)
    asked[0].continue_()
    page.wait_for_url(re.compile(rf"/review/(?!{first})[0-9a-f-]{{36}}/$"))
    wait_for(page, lambda: desk.stack.query(LOOKS.format(images=images)) == before + len(images))
