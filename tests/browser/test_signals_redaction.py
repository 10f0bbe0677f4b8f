"""A resident number on a stored image: the agent finds it on Home, drags the area, and sees it covered and recorded."""

import io
import json

import pytest
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.seeding import seed
from tests.stack import Stack

pytestmark = pytest.mark.browser
BACK = (542, 346, 654, 365)  # the back digits on the drawn card, in pixels
CARD = """
import json
from submissions.audit import events
from submissions.capture import images
from submissions.core import clock
from submissions.demo import samples
from submissions.demo.pictures import cards
from submissions.models import Capturer, Image, ImageKind, Submission, User
row = Submission.objects.select_related("project").get(pk=PK)
row.id_type, agent = "government_id", User.objects.get(username="agent")
row.save(update_fields=["id_type"])
shown = samples.shown_on_card("kim@example.com", "government_id")
content = cards.id_card(3, "KOR", "government_id", shown)
image, prepared = images._prepared(row, ImageKind.ID_FRONT, content, by=events.actor_for(agent), source="file")
image.redaction, image.area_sought_at = "no_area", clock.now()
with images.stored(image, prepared):
    image.save(force_insert=True)
Capturer.objects.get_or_create(submission=row, user=agent)
print("=>" + json.dumps(str(image.pk)))
"""


def card_of(stack: Stack, pk: str) -> str:
    """Give the submission a drawn card that waits for a person; return the image's id."""
    lines = stack.manage("shell", "-c", CARD.replace("PK", repr(pk))).splitlines()
    return str(json.loads(next(line for line in lines if line.startswith("=>"))[2:]))


def place(page: Page, across: float, down: float) -> tuple[float, float]:
    """Return where a pixel of the image is on the screen, whatever the rotation and zoom."""
    script = """([x, y]) => {
        const at = new DOMPoint(x, y).matrixTransform(document.querySelector('#mark-turn').getScreenCTM());
        return [at.x, at.y];
    }"""
    x, y = page.evaluate(script, [across, down])
    return x, y


def drag(page: Page, box: tuple[int, int, int, int]) -> None:
    page.mouse.move(*place(page, box[0], box[1]))
    page.mouse.down()
    page.mouse.move(*place(page, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    page.mouse.move(*place(page, box[2], box[3]))
    page.mouse.up()


def numbers(page: Page) -> list[float]:
    return [float(page.locator(f"#id_{side}").input_value() or -1) for side in ("left", "top", "right", "bottom")]


def open_image(desk: Desk) -> Page:
    page = desk.page
    page.get_by_label("Reason to view the image").fill("To redact the resident number.")
    desk.press("Show the image")
    expect(page.locator("#mark-stage")).to_be_visible()
    return page


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_dragged_area_is_the_same_part_of_the_image_in_every_rotation(desk: Desk, turns: int) -> None:
    pk, _reference = seed(desk.stack, "approved")
    image = card_of(desk.stack, pk)
    desk.log_in("officer").go(f"/images/{image}/mark/")
    page = open_image(desk)
    for _turn in range(turns):
        page.get_by_role("button", name="Rotate right").click()
    drag(page, BACK)
    expected = [BACK[0] / 11.88, BACK[1] / 7.86, BACK[2] / 11.88, BACK[3] / 7.86]
    assert numbers(page) == pytest.approx(expected, abs=0.3)


def test_agent_redacts_a_number_by_dragging(desk: Desk) -> None:
    pk, reference = seed(desk.stack, "approved")
    image = card_of(desk.stack, pk)
    page = desk.log_in("agent").page
    desk.go("/?kind=numbers")
    desk.shot("redaction-home")
    page.get_by_role("link", name=f"Redact: {reference}").click()
    desk.shot("redaction-reason")
    open_image(desk)
    check_at_both_widths(page)
    desk.press("Redact and destroy the original")
    expect(page.get_by_text("Nothing was redacted.")).to_be_visible()
    head = page.locator("#mark-stage").bounding_box()
    page.get_by_role("button", name="Rotate right").click()
    drag(page, BACK)
    page.get_by_role("button", name="Zoom in").click()
    drag(page, (BACK[0] - 4, BACK[1] - 4, BACK[2] + 4, BACK[3] + 4))
    expect(page.locator("#mark-told")).to_contain_text("Covers")
    assert page.locator("#mark-stage").bounding_box() == head, "the layout does not move"
    page.locator("#id_right").fill("56")  # the refusal opened the fields
    width = float(page.locator("#mark-area").get_attribute("width") or 0)
    assert width == pytest.approx((56 - numbers(page)[0]) / 100 * 1188, abs=1), "the rectangle follows the fields"
    desk.shot("redaction-marked")
    page.get_by_label("The black area covers every back digit.").check()
    desk.press("Redact and destroy the original")
    expect(page.get_by_text("Area redacted. The original image was destroyed.")).to_be_visible()
    desk.shot("redaction-done")
    address = page.locator("#mark-stage image").get_attribute("href")
    assert image in str(address)
    covered = Picture.open(io.BytesIO(page.request.get(f"{desk.stack.url}{address}").body())).convert("L")
    assert covered.crop(BACK).getextrema()[1] < 30  # type: ignore[operator]
    page.get_by_role("link", name="Open submission").click()
    expect(page.get_by_text("Resident number redacted on the ID image").first).to_be_visible()
    desk.go("/redactions/")
    expect(page.get_by_role("link", name=reference)).to_have_count(0)


def test_officer_marks_without_dragging_and_sees_the_list(desk: Desk) -> None:
    pk, reference = seed(desk.stack, "approved")
    card_of(desk.stack, pk)
    page = desk.log_in("officer").page
    desk.go("/redactions/")
    check_at_both_widths(page)
    desk.shot("redaction-list")
    page.get_by_role("link", name=f"Redact: {reference}").click()
    open_image(desk)
    page.get_by_text("Enter numbers").click()
    for side, value in zip(("left", "top", "right", "bottom"), ("45", "43", "56", "47"), strict=True):
        page.locator(f"#id_{side}").fill(value)
    expect(page.locator("#mark-told")).to_contain_text("11.0")
    page.get_by_label("The black area covers every back digit.").check()
    desk.press("Redact and destroy the original")
    expect(page.get_by_text("Area redacted. The original image was destroyed.")).to_be_visible()
