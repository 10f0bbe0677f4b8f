"""axe-core on the capture pages: narrow and wide, light and dark."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Desk
from tests.browser.test_gathering import draft_of, saved
from tests.browser.test_main_job import confirm, send_step1, send_step2

pytestmark = pytest.mark.browser


def found(desk: Desk) -> list[Any]:
    wrong = []
    for size in ((1440, 900), (390, 844)):
        desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        for scheme in ("light", "dark"):
            desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            wrong += [
                (size, scheme, broken["id"], [node["target"] for node in broken["nodes"]])
                for broken in Axe().run(desk.page).response["violations"]
            ]
            assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (size, "scrolls sideways")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.page.emulate_media(color_scheme="light")
    return wrong


def test_capture_pages_have_no_violation(desk: Desk, pictures: dict[str, Path]) -> None:
    desk.log_in("agent")
    wrong: dict[str, list[Any]] = {}
    desk.go("/submissions/new/")
    wrong["new"] = found(desk)
    draft_of(desk, "axe+liveness@example.com", pictures)
    desk.page.locator("#f-date_of_birth").fill("1890-01-01")
    desk.page.get_by_role("button", name="Send Step 1", exact=True).focus()
    wrong["draft"] = found(desk)
    desk.shot("gathering-draft")
    desk.page.locator("#f-date_of_birth").fill("1990-02-03")
    saved(desk.page)
    send_step1(desk)
    confirm(desk, name="Somebody Else")
    wrong["confirming"] = found(desk)
    desk.shot("gathering-confirming")
    send_step2(desk, "New selfie wanted")
    wrong["incomplete"] = found(desk)
    desk.shot("gathering-incomplete")
    assert wrong == {"new": [], "draft": [], "confirming": [], "incomplete": []}
