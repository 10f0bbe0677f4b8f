"""axe-core on the capture pages: narrow and wide, light and dark."""

from pathlib import Path

import pytest

from tests.browser.actions import confirm, send_step1, send_step2
from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.gathering_actions import draft_of, saved

pytestmark = pytest.mark.browser


def test_capture_pages_have_no_violation(desk: Desk, pictures: dict[str, Path]) -> None:
    desk.log_in("agent")
    draft_of(desk, "axe+liveness@example.com", pictures)
    desk.page.locator("#f-date_of_birth").fill("1890-01-01")
    desk.page.get_by_role("button", name="Send Step 1", exact=True).focus()
    check_at_both_widths(desk.page)
    desk.shot("gathering-draft")
    desk.page.locator("#f-date_of_birth").fill("1990-02-03")
    saved(desk.page)
    send_step1(desk)
    confirm(desk, name="Somebody Else")
    check_at_both_widths(desk.page)
    desk.shot("gathering-confirming")
    send_step2(desk, "Selfie retry needed")
    check_at_both_widths(desk.page)
    desk.shot("gathering-incomplete")
