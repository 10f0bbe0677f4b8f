"""Records for the supervisor in Chromium: the date of the address document, and the trainings of reviewers."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.actions import draft
from tests.browser.axe import check_accessible, check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file
from tests.stack import Stack

pytestmark = pytest.mark.browser
WHY = "The customer moved there this year and has no newer bill."
NOW_PENDING = """
from datetime import timedelta
from submissions.core import clock
now = clock.now()
columns = dict(status="pending", pending_at=now, selfies_sent=1, target_at=now + timedelta(hours=2))
answer = Submission.objects.filter(pk=PK).update(**columns)
"""
SETTING = "answer = Project.objects.filter(name='Demo: standard').update(**{values})"


@pytest.fixture
def project(stack: Stack) -> Iterator[Callable[..., None]]:
    """Set settings of the demo project, and their defaults again after the test."""

    def change(**values: object) -> None:
        stack.run(SETTING.format(values=values))

    yield change
    change(has_address_image=False, address_date="no", requires_training=False)


def test_old_address_document_is_questioned_on_both_pages(
    desk: Desk, other_desk: Desk, project: Callable[..., None]
) -> None:
    url = draft(desk.log_in("agent"), "old.bill@example.com")
    project(has_address_image=True, address_date="asked")
    page = desk.page
    page.reload()
    issued = (timezone.localdate() - relativedelta(months=8)).isoformat()
    page.get_by_label("Date of the address document").fill(issued)
    page.get_by_label("Date of the address document").press("Tab")
    field = page.locator("[data-field=address_document_date]")
    expect(field).to_contain_text("8 months old", timeout=30_000)
    field.get_by_label("Reason to keep it").fill(WHY)
    desk.press("Save")
    expect(page.get_by_text("Saved.")).to_be_visible(timeout=30_000)
    expect(field.get_by_label("Reason to keep it")).to_have_value(WHY)
    check_at_both_widths(page)
    pk = url.rstrip("/").rpartition("/")[2]
    desk.stack.run(NOW_PENDING.replace("PK", repr(pk)))
    reviewing = claim(other_desk.log_in("officer"), pk)
    expect(reviewing.locator("#warnings")).to_contain_text("Address document is 8 months old")
    expect(reviewing.locator("#warnings")).to_contain_text(WHY)
    expect(reviewing.get_by_text(issued)).to_be_visible()
    check_accessible(reviewing)


def test_officer_claims_after_the_manager_entered_the_training(
    desk: Desk, other_desk: Desk, project: Callable[..., None]
) -> None:
    (pk,) = file(desk, {})
    project(requires_training=True)
    page = desk.log_in("officer").page
    desk.go("/review/?view=all")
    expect(page.locator("#untrained")).to_contain_text("You have no training record.")
    check_at_both_widths(page)
    desk.go(f"/review/{pk}/")
    expect(page.locator("#claim-it")).to_be_disabled()
    manager = other_desk.log_in("manager").page
    other_desk.go("/")
    manager.locator("#nav").get_by_role("link", name="Training records").click()
    name = desk.stack.query("User.objects.get(username='officer').name")
    manager.get_by_role("link", name=name, exact=True).click()
    manager.get_by_label("Training", exact=True).fill("AML basics")
    manager.get_by_label("Completed on").fill(f"{timezone.localdate():%Y-%m-%d}")
    manager.get_by_label("Valid until (optional)").fill(f"{timezone.localdate() + timedelta(days=20):%Y-%m-%d}")
    other_desk.press("Add training")
    expect(manager.get_by_text("ends within 30 days")).to_be_visible(timeout=30_000)
    check_at_both_widths(manager)
    claim(desk, pk)
    desk.go("/review/?view=all")
    expect(page.locator("#untrained")).to_have_count(0)
    desk.go("/")
    expect(page.locator("#own-training")).to_contain_text("Your training is valid until")
    manager.get_by_role("button", name="Remove AML basics").click()
    expect(manager.get_by_text("No training record", exact=True)).to_be_visible(timeout=30_000)
    desk.go(f"/review/{pk}/")
    expect(page.locator("#untrained")).to_contain_text("You can release the submission.")
    expect(page.locator("#approve")).to_be_disabled()
