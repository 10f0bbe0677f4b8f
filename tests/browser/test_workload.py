"""The workload of the queue in Chromium: snoozing, escalating, and days off."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file

pytestmark = pytest.mark.browser


def test_snooze_after_the_target_warns_and_the_tab_brings_it_back(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.locator("summary", has_text="Snooze").click()
    page.get_by_label("Until", exact=True).fill(f"{timezone.now() + timedelta(days=20):%Y-%m-%dT%H:%M}")
    page.locator("#snooze-reason").fill("Waiting for the customer's bank")
    desk.press("Snooze submission")
    expect(page.get_by_text("The submission is due before this time.")).to_be_visible(timeout=30_000)
    check_accessible(page)
    page.get_by_label("Snooze longer than the review target").check()
    desk.press("Snooze submission")
    expect(page.locator(f"a[href='/review/{pk}/']")).to_have_count(0)
    page.locator(".tabs a", has_text="Snoozed").click()
    expect(page.locator("tr", has=page.locator(f"a[href='/review/{pk}/']"))).to_contain_text("Snoozed until")
    page.locator(f"a[href='/review/{pk}/']").click()
    expect(page.get_by_text("The review target still applies")).to_be_visible()
    check_accessible(page)
    desk.press("End snooze")
    expect(page.get_by_text("is in the queue again.")).to_be_visible()
    desk.go("/review/?snoozed=1")
    expect(page.locator(f"a[href='/review/{pk}/']")).to_have_count(0)


def test_escalation_reaches_the_manager_who_sends_it_back(desk: Desk, other_desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.locator("summary", has_text="Escalate").click()
    page.locator("#escalate-reason").fill("The customer is known from the news")
    check_accessible(page)
    desk.press("Escalate submission")
    page.locator(".tabs a", has_text="Escalated").click()
    expect(page.locator("tr", has=page.locator(f"a[href='/review/{pk}/']"))).to_contain_text("Escalated")
    page = other_desk.log_in("manager").page
    row = page.locator("main li", has=page.locator(f"a[href='/review/{pk}/']"))
    expect(row).to_be_visible()
    check_accessible(page)
    row.locator("a").click()
    expect(page.locator(".note", has_text="The customer is known from the news")).to_be_visible()
    page.locator("summary", has_text="Send back").click()
    page.locator("#send-back-comment").fill("Ask for the source of funds")
    check_accessible(page)
    other_desk.press("Send back submission")
    page = desk.page
    desk.go(f"/review/{pk}/")
    expect(page.get_by_text("Ask for the source of funds")).to_be_visible()
    expect(page.get_by_text("The customer is known from the news").first).to_be_visible()


def test_an_officer_enters_days_off_and_the_manager_sees_them(desk: Desk, other_desk: Desk) -> None:
    page = desk.log_in("officer").page
    desk.go("/duty/")
    day = f"{timezone.localdate() + timedelta(days=40):%Y-%m-%d}"
    page.get_by_label("First day off").fill(day)
    page.get_by_label("Last day off").fill(day)
    desk.press("Add days off")
    expect(page.get_by_text("Days off of")).to_be_visible()
    check_accessible(page)
    page = other_desk.log_in("manager").page
    other_desk.go("/duty/")
    expect(page.locator("tbody tr", has_text=f"{timezone.localdate() + timedelta(days=40):%Y}")).to_have_count(1)
    check_accessible(page)
    page.locator("tbody tr", has_text=f"{timezone.localdate() + timedelta(days=40):%Y}").locator("a").click()
    check_accessible(page)
    other_desk.press("Remove days off")
    expect(page.get_by_text("removed.")).to_be_visible()
