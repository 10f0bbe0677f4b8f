"""The review area in Chromium: an administrator limits an officer, who no longer sees the other project."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk
from tests.browser.seeding import seed

pytestmark = pytest.mark.browser


def test_administrator_limits_an_officer_to_another_project(desk: Desk, other_desk: Desk) -> None:
    pk, reference = seed(desk.stack, "pending")
    officer = other_desk.log_in("officer2").page
    other_desk.go(f"/review/{pk}/")
    expect(officer.get_by_text(reference).first).to_be_visible()
    number = desk.stack.query("User.objects.get(username='officer2').pk")
    page = desk.log_in("admin").page
    desk.go(f"/settings/people/{number}/")
    projects = page.get_by_role("group", name="Projects")
    role = page.get_by_label("Role", exact=True)
    role.select_option("agent")
    expect(projects).to_be_hidden()
    role.select_option("officer")
    expect(projects).to_be_visible()
    expect(page.get_by_text("submissions of these projects only. Empty: all.")).to_be_visible()
    check_accessible(page)
    standard = projects.get_by_label("Demo: standard", exact=True)
    for box in projects.get_by_role("checkbox").all():
        box.check()
    standard.uncheck()
    desk.press("Save changes")
    expect(page.get_by_text("saved.")).to_be_visible()
    other_desk.go("/review/?view=all")
    expect(officer.get_by_label("Project", exact=True).locator("option", has_text="Demo: standard")).to_have_count(0)
    other_desk.go(f"/review/{pk}/")
    expect(officer.get_by_text(reference)).to_have_count(0)
    for box in projects.get_by_role("checkbox").all():
        box.uncheck()
    desk.press("Save changes")
    expect(page.get_by_text("saved.")).to_be_visible()
    other_desk.go(f"/review/{pk}/")
    expect(officer.get_by_text(reference).first).to_be_visible()
