"""The remaining time on an open page counts down as the server would show it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from playwright.sync_api import expect

from submissions.templatetags.kyc import in_words, urgency
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file

pytestmark = pytest.mark.browser

MINUTES = (4000, 1440, 1439, 241, 239, 60, 59, 1, 0, -1, -61, -1501)
SHOWN = """minutes => {
    const now = JSON.parse(document.body.dataset.counting).now;
    const places = minutes.map((each) => {
        const due = document.createElement("span");
        due.className = "due due-idle";
        const place = document.createElement("time");
        place.dataset.left = now + each * 60 + (each < 0 ? -30 : 30);
        due.append(place);
        document.querySelector("main").append(due);
        return place;
    });
    document.dispatchEvent(new Event("visibilitychange"));
    return places.map((place) => [place.textContent, place.parentElement.className.replace("due due-", "")]);
}"""


def test_the_deadline_of_an_open_page_counts_on(desk: Desk) -> None:
    (pk,) = file(desk, {})
    due = datetime.now(UTC) + timedelta(minutes=66, seconds=desk.stack.offset)  # other tests move its clock
    desk.stack.query(f"Submission.objects.filter(pk='{pk}').update(target_at='{due.isoformat()}')")
    desk.log_in("officer").page.clock.install()
    page = claim(desk, pk)
    left = page.locator(".due time").first
    state = page.locator(".due").first
    expect(state).to_have_class("due due-warn")
    before = left.inner_text()
    page.clock.fast_forward(65_000)
    expect(left).not_to_have_text(before)
    expect(left).to_have_text(re.compile(r"^in 1 h \d min$"))
    page.clock.fast_forward(10 * 60_000)
    expect(left).to_have_text(re.compile(r"^in 5\d min$"))
    expect(state).to_have_class("due due-bad")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_script_and_server_say_a_time_left_alike(desk: Desk, language: str) -> None:
    page = desk.log_in("agent").page
    if language == "ko":
        page.locator("summary.user").click()
        desk.press("한국어")
        expect(page.locator("html")).to_have_attribute("lang", "ko")
    shown = page.evaluate(SHOWN, MINUTES)
    if language == "ko":
        page.locator("summary.user").click()
        desk.press("English")
        expect(page.locator("html")).to_have_attribute("lang", "en")
    with translation.override(language):
        left = [timedelta(minutes=each, seconds=-30 if each < 0 else 30) for each in MINUTES]
        assert shown == [[in_words(each), urgency(each)] for each in left]
