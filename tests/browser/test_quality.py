"""An officer checks a colleague's decision in Chromium without seeing it; the colleague answers, a manager closes."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.review_actions import file
from tests.stack import Stack

pytestmark = pytest.mark.browser

# The decision as a reviewer and ARGOS leave it; the task draws and assigns such checks.
SEED = """
from submissions.core import clock
from submissions.models import Decision, QualityCheck
officer, second = (User.objects.get(username=name) for name in ("officer", "officer2"))
now = clock.now()
row = Submission.objects.get(pk=PK)
decision = Decision(submission=row, reviewer=officer, verdict="approved")
decision.comment = "All clear to me."
decision.save()
Submission.objects.filter(pk=PK).update(status="approved", source="reviewer", decided_by=officer, decided_at=now,
    claimed_by=None, claimed_until=None)
check = QualityCheck.objects.create(submission=row, officer=officer, expected_verdict="approved", assigned_to=second)
answer = [str(check.pk), check.number, row.reference]
"""


def test_colleague_judges_blind_and_the_finding_is_answered_and_closed(
    desk: Desk, other_desk: Desk, stack: Stack
) -> None:
    [pk] = file(desk, {})
    check, number, reference = stack.run(SEED.replace("PK", repr(pk)))
    page = desk.log_in("officer2").page
    page.locator("#quality-checks a").click()
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=f"Quality check {number}")).to_be_visible()
    for hidden in (reference, "All clear to me.", "Omar Haddad"):
        expect(page.get_by_text(hidden)).to_have_count(0)
    selfie = page.locator(".pane.selfie img.picture").first
    expect(selfie).to_be_visible()
    assert selfie.evaluate("image => image.complete && image.naturalWidth > 0"), "the image is open to the check"
    check_at_both_widths(page)
    page.get_by_label("Reject", exact=True).check()
    page.get_by_label("Search reasons").fill("Suspected fraud")
    page.get_by_label("Search reasons").press("Enter")
    page.locator("#id_comment").fill("The ears differ.")
    desk.press("Record quality check")
    expect(page.get_by_text("Quality check recorded.")).to_be_visible()

    officer = other_desk.log_in("officer").page
    officer.locator("#quality-findings a").click()
    officer.get_by_role("link", name=number).click()
    expect(officer.get_by_text("The ears differ.")).to_be_visible()
    expect(officer.get_by_text("All clear to me.")).to_be_visible()
    officer.get_by_label("Answer to the finding").select_option("accepted")
    officer.get_by_label("Your answer").fill("I looked at the mouth only.")
    check_at_both_widths(officer)
    other_desk.press("Save answer")
    expect(officer.get_by_text("I looked at the mouth only.")).to_be_visible()

    desk.page.context.clear_cookies()
    page = desk.log_in("manager").page
    desk.go(f"/quality/{check}/")
    desk.press("Close finding")
    expect(page.get_by_text("Closed by")).to_be_visible()
    assert stack.query(f"[Submission.objects.get(pk='{pk}').status]") == ["approved"]
