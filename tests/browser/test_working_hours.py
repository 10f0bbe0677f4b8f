"""An administrator sets working hours in Chromium; the queue shows the new due time of an open review."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.stack import Stack

pytestmark = pytest.mark.browser

# A project of its own: a change of targets moves all its open reviews, and other tests count on theirs.
SEED = """
from datetime import timedelta
from submissions.capture import drafts
from submissions.core import clock
from submissions.audit.events import Actor
demo, agent = Project.objects.get(name="Demo: standard"), User.objects.get(username="agent")
project = Project(name=f"Working hours {clock.now():%H%M%S}", base_url=demo.base_url, admin_email=demo.admin_email)
project.api_key, project.is_open, project.message_time_zone = demo.api_key, False, "Europe/Berlin"
project.save()
made = drafts.create_draft(project, agent.team, by=Actor(agent, agent.username), issuing_country="KOR",
    id_type="passport", values={"name": "Minseo Example"})
now = clock.now()
Submission.objects.filter(pk=made.pk).update(status="pending", pending_at=now - timedelta(hours=2),
    target_at=now + timedelta(hours=2), selfies_sent=1)
answer = [str(project.pk), project.name, made.reference]
"""


def test_working_hours_move_the_due_time_in_the_queue(desk: Desk, other_desk: Desk, stack: Stack) -> None:
    project, name, reference = stack.run(SEED)
    officer = other_desk.log_in("officer").page
    queue = f"/review/?project={project}"
    other_desk.go(queue)
    row = officer.get_by_role("row").filter(has_text=reference)
    expect(row.locator(".due")).to_contain_text("in 1 h")

    page = desk.log_in("admin").page
    desk.go("/settings/projects/")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.get_by_text("Targets count at all hours.")).to_be_visible()
    today = (datetime.now(UTC) + timedelta(seconds=stack.offset)).weekday()
    page.get_by_label("Working hours only").check()
    page.get_by_label("24-hour limit while pending").select_option("stops")
    week = page.get_by_role("region", name="Working hours", exact=True)
    week.get_by_label("Hours, row 1").fill("22:00-06:00")
    desk.press("Save changes")
    expect(page.get_by_text("Enter 22:00-24:00 here and 00:00-06:00 on the next day.").first).to_be_visible()
    for day in range(7):
        hours = "00:00-24:00" if day == (today + 3) % 7 else ""
        week.get_by_label(f"Hours, row {day + 1}").fill(hours)
    days_off = page.get_by_role("region", name="Days off")
    days_off.get_by_label("Date, row 1").fill("2040-12-24")
    days_off.get_by_label("Name, row 1").fill("Christmas Eve")
    desk.press("Save changes")
    expect(page.get_by_text(f"{name} saved.")).to_be_visible()
    days = page.get_by_role("region", name="Next ten days")
    expect(days.get_by_role("row")).to_have_count(10)
    expect(days.get_by_text("00:00-24:00").first).to_be_visible()
    expect(days_off.get_by_label("Name, row 1")).to_have_value("Christmas Eve")
    check_at_both_widths(page)
    desk.shot("working-hours")

    for _reload in range(20):  # a worker moves the due times
        other_desk.go(queue)
        if "d" in row.locator(".due time").inner_text():
            break
        officer.wait_for_timeout(1000)
    expect(row.locator(".due time")).to_have_text(re.compile(r"^in [23] d \d+ h$"))
