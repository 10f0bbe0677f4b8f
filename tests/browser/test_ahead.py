"""The next submission's images, fetched into memory while this one is in sight: what is shown from there is told of."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk
from tests.browser.test_review import claim, file

pytestmark = pytest.mark.browser
LOOKS = "list(Event.objects.filter(submission_id='{pk}', kind='image_opened').values_list('kind', flat=True))"


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
    ahead: list[Route] = []
    asked: list[Route] = []

    def image(route: Route) -> None:
        if route.request.headers.get("x-preload"):
            ahead.append(route)
        else:
            route.continue_()

    page.route("**/images/**", image)
    claim(desk, first)
    wait_for(page, lambda: len(ahead) == 2)
    page.route(re.compile(r"/review/[0-9a-f-]{36}/$"), asked.append)
    page.keyboard.press("n")
    wait_for(page, lambda: len(asked) == 1)
    assert asked[0].request.headers["x-preloaded"] == ""
    for route in ahead:
        route.continue_()
    expect(page.locator("main[data-ready]")).to_have_count(1)
    asked[0].continue_()
    page.wait_for_url(re.compile(rf"/review/(?!{first})[0-9a-f-]{{36}}/$"))
    shown = page.url.rstrip("/").split("/")[-1]
    wait_for(page, lambda: len(desk.stack.query(LOOKS.format(pk=shown))) == 2)
