"""Send transmits exactly the pictures that the page shows: it waits for uploads and ignores later ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests import pictures as drawn
from tests.browser.actions import new_submission, send_step1
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

ID = "#f-id_front input[type=file]"
FIRST, SECOND = 1200, 1240  # px, the widths of the two IDs chosen after the draft's


@pytest.fixture
def ids(tmp_path: Path) -> list[Path]:
    for width in (FIRST, SECOND):
        card = drawn.id_card().resize((width, width * 5 // 8))
        (tmp_path / f"{width}.jpg").write_bytes(drawn.jpeg(card))
    return [tmp_path / f"{width}.jpg" for width in (FIRST, SECOND)]


@contextmanager
def late(page: Page) -> Iterator[None]:
    """Delay uploads, saves and submits as long as the block runs."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.fallback()
        else:
            held.append(route)

    page.route("**/values/", hold)
    with page.expect_request("**/values/"):
        yield
    is_over = True
    for route in held:
        route.fallback()


def width_sent(desk: Desk) -> int:
    """Return the width of the ID that Step 1 sent."""
    pk = desk.page.url.split("/submissions/")[1].split("/")[0]
    sent = f"{{one['field']: one['id'] for one in Attempt.objects.get(submission='{pk}').images}}['idImage']"
    return int(desk.stack.query(f"Image.objects.get(pk={sent}).width"))


def is_shown(desk: Desk, width: int) -> None:
    """Check that the picture of this width is shown and that nothing was sent."""
    expect(desk.page.locator("#f-id_front")).to_contain_text(f"{width} ×", timeout=20_000)
    desk.status("Draft")


def test_send_waits_for_a_slow_upload(desk: Desk, pictures: dict[str, Path], ids: list[Path]) -> None:
    new_submission(desk.log_in("agent"), "slow-upload@example.com", pictures)
    with late(desk.page):
        desk.page.set_input_files(ID, ids[0])
        desk.press("Send Step 1")
    desk.status("Confirm details")
    assert width_sent(desk) == FIRST


def test_picture_chosen_after_the_press_is_shown_and_not_sent(
    desk: Desk, pictures: dict[str, Path], ids: list[Path]
) -> None:
    new_submission(desk.log_in("agent"), "after-press@example.com", pictures)
    with late(desk.page):
        desk.press("Send Step 1")  # it first saves the typed values
        desk.page.set_input_files(ID, ids[0])
    is_shown(desk, FIRST)
    with late(desk.page):
        desk.page.set_input_files(ID, ids[0])
        desk.press("Send Step 1")  # it first waits for the upload
        desk.page.set_input_files(ID, ids[1])
    is_shown(desk, SECOND)
    send_step1(desk)
    assert width_sent(desk) == SECOND
