"""The page normalizes text as the server does, with the table from the server."""

import pytest
from playwright.sync_api import expect

from argos.characters import normalise
from tests.argos.characters import AS_IT_IS, SAME
from tests.browser.actions import Pictures
from tests.browser.conftest import Desk
from tests.browser.gathering_actions import draft_of

pytestmark = pytest.mark.browser


def test_browser_and_server_normalise_alike(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    draft_of(desk, "characters@example.com", pictures)
    texts = [typed for typed, _kept in SAME.values()] + AS_IT_IS
    script = "async (texts) => texts.map((await import('/static/core/characters.js')).normalised)"
    assert page.evaluate(script, texts) == [normalise(text) for text in texts]


def test_a_full_width_date_is_not_called_wrong_while_it_is_typed(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    draft_of(desk, "wide@example.com", pictures)
    field = page.locator("[data-field=date_of_birth]")
    for typed in ("\uff11\uff19\uff19\uff10-\uff10\uff14-\uff11\uff12", "1990\u201104\u201112", "1990-04-12\u200b"):
        field.locator("input").first.fill(typed)
        field.locator("input").first.blur()
        expect(field.locator("[data-shape]")).to_have_count(0)
    field.locator("input").first.fill("900412")
    field.locator("input").first.blur()
    expect(field.locator("[data-shape]")).to_have_count(1)
