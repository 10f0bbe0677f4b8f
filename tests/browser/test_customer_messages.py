"""Messages to customers in Chromium: an administrator edits a text with its preview, an agent sends it."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.seeding import seed
from tests.stack import Stack

pytestmark = pytest.mark.browser


def test_text_is_edited_with_its_preview_and_sent_by_an_agent(desk: Desk, other_desk: Desk, stack: Stack) -> None:
    submission = seed(stack, "approved")[0]
    name = stack.query(f"Submission.objects.get(pk='{submission}').project.name")
    page = desk.log_in("admin").page
    desk.go("/settings/customer-texts/")
    page.get_by_role("region", name=name).get_by_role("link", name="Approved, English").click()
    text = page.get_by_role("textbox", name="Text", exact=True)
    bubble, length = page.locator(".message-bubble"), page.locator("#text-length")
    expect(bubble).to_contain_text("Your identity check is complete.")
    text.fill("Dear {name}")
    desk.press("Update preview")
    expect(page.get_by_text("{name} is no placeholder here.")).to_be_visible()
    text.fill("Welcome to our desk.\nReference: {reference}")
    desk.press("Update preview")
    expect(bubble).to_contain_text("Welcome to our desk.")
    expect(length).to_contain_text("1 SMS segment")
    text.fill("환영합니다. " * 12 + "{reference}")
    desk.press("Update preview")
    expect(length).to_contain_text("2 SMS segments")
    check_at_both_widths(page)
    text.fill("Welcome to our desk.\nReference: {reference}")
    desk.press("Save text")
    expect(page.get_by_text("Text saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Reset to default text")).to_be_visible()

    agent = other_desk.log_in("agent").page
    other_desk.go(f"/submissions/{submission}/")
    card = agent.locator("#customer-messages")
    card.get_by_label("Occasion").select_option("approved")
    card.get_by_role("button", name="Send message").click()
    expect(agent.get_by_text("Message queued.")).to_be_visible()
    for _reload in range(20):
        if card.get_by_text("Sent", exact=True).is_visible():
            break
        agent.wait_for_timeout(1000)
        agent.reload()
    expect(card.get_by_text("Sent", exact=True)).to_be_visible()
    check_at_both_widths(agent)

    desk.go("/settings/customer-texts/")
    page.get_by_role("link", name="Approved, English").and_(page.get_by_text("Own text")).click()
    desk.press("Reset to default text")
    expect(page.get_by_text("The default text is in use.")).to_be_visible()
    expect(text).to_have_value(
        "Your identity check is complete. We could confirm your identity.\nQuestions: {contact}\nReference: {reference}"
    )
