"""A customer whose next check has passed is verified again in Chromium: from the forecast to the new draft."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.seeding import seed
from tests.stack import Stack

pytestmark = pytest.mark.browser

PASSED = """
from datetime import timedelta
from submissions.core import clock
from submissions.models import NextCheck
from submissions.workflow import next_checks
row = Submission.objects.get(pk=PK)
next_checks.plan(row)
NextCheck.objects.filter(submission=row).update(due_on=clock.today() - timedelta(days=3))
answer = row.team.name
"""

AGAIN = """
row = Submission.objects.get(pk=PK)
answer = [row.status, row.tries_used, row.reference]
"""


def test_customer_whose_check_has_passed_is_verified_again(desk: Desk, stack: Stack) -> None:
    pk, reference = seed(stack, "approved")
    team = stack.run(PASSED.replace("PK", repr(pk)))
    page = desk.log_in("manager").page
    desk.go("/re-verification/")
    expect(page.get_by_role("columnheader", name=team)).to_be_visible()
    page.get_by_role("rowheader").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("month=passed"))
    row = page.get_by_role("row").filter(has_text=reference)
    expect(row).to_contain_text("Standard")
    check_at_both_widths(page)

    page.context.clear_cookies()
    page = desk.log_in("agent").page
    desk.go("/re-verification/?month=passed")
    page.get_by_role("button", name=f"Verify again: {reference}").click()
    expect(page.get_by_text("Data from an earlier submission:")).to_be_visible()
    expect(page.get_by_role("link", name=reference)).to_be_visible()
    again = page.url.rstrip("/").rpartition("/")[2]
    status, tries, new = stack.run(AGAIN.replace("PK", repr(again)))
    assert (status, tries) == ("draft", 0)
    desk.go(f"/submissions/{pk}/")
    expect(page.get_by_role("link", name=new).first).to_be_visible()
