"""A match that ARGOS reports before our decision: acknowledged with a reason, or there is no approval."""

from datetime import timedelta

import pytest

from submissions.aml import results, reviews
from submissions.core import clock
from submissions.models import AmlOutcome, AmlReview, AmlSource, Decision, Role, Status, Submission, User, Verdict
from submissions.reporting.evidence_pack import aml as section
from submissions.reporting.reports import aml as report
from submissions.reporting.reports.date_range import Window
from submissions.review import decisions
from submissions.review.workload import claims
from tests.clients import browser, decide
from tests.factories import by, make_at, make_user, reload
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db
WHY = "The listed person was born in another year."


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def pending(officer: User) -> Submission:
    submission = make_at(Status.PENDING)
    results.apply(submission, reported(memo="Listed in 2019"), AmlSource.RECORD)
    claims.claim(submission, by=by(officer))
    return reload(submission)


def codes(submission: Submission, officer: User) -> list[str]:
    return [warning.code for warning in decisions.warnings_of(submission, officer)]


@pytest.mark.parametrize("reason", ["", "  ", "..."])
def test_approval_without_a_reason_is_refused(pending: Submission, officer: User, reason: str) -> None:
    assert "aml_hit" in codes(pending, officer)
    with pytest.raises(decisions.WarningReasonMissing):
        decisions.decide(
            pending, Verdict.APPROVED, by=by(officer), ticked=codes(pending, officer), warning_reason=reason
        )
    page = decide(browser(officer), pending, "approved", warning_reason=reason)
    assert page.status_code == 422
    assert "Enter why you approve in spite of it" in page.content.decode()
    assert not Decision.objects.exists()


def test_approval_with_a_reason_keeps_it_encrypted(pending: Submission, officer: User) -> None:
    decide(browser(officer), pending, "approved", warning_reason=WHY)
    decision = Decision.objects.get()
    assert (decision.warning_reason, "aml_hit" in decision.warnings) == (WHY, True)
    assert b"born" not in bytes(decision.warning_reason_sealed)


def test_unticked_it_stops_the_approval_whatever_the_reason(pending: Submission, officer: User) -> None:
    ticked = [code for code in codes(pending, officer) if code != "aml_hit"]
    with pytest.raises(decisions.WarningsOpen):
        decisions.decide(pending, Verdict.APPROVED, by=by(officer), ticked=ticked, warning_reason=WHY)


def test_rejection_asks_for_no_such_reason(pending: Submission, officer: User) -> None:
    decide(browser(officer), pending, "rejected", reason_code="own_policy", comment="Policy.")
    assert Decision.objects.get().warning_reason == ""


def test_clear_result_is_no_warning(officer: User) -> None:
    submission = make_at(Status.PENDING)
    results.apply(submission, reported("screenedNoMatches", ""), AmlSource.RECORD)
    assert "aml_hit" not in codes(reload(submission), officer)


def test_page_shows_the_warning_and_the_field(pending: Submission, officer: User) -> None:
    page = browser(officer).get(f"/review/{pending.pk}/").content.decode()
    assert "Possible sanctions match" in page
    assert 'name="warning_reason"' in page


def test_evidence_has_the_result_and_each_verdict(pending: Submission, officer: User) -> None:
    review = AmlReview.objects.select_related("submission__project", "submission__team").get()
    seen = reviews.seen_of(review, [])
    reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by(officer), reason=WHY, seen=seen)
    told = str(section.table(pending, officer, is_open=True))
    for text in ("Red Flag", "High", "Listed in 2019", "False positive", WHY, officer.name):
        assert text in told
    masked = str(section.table(pending, officer, is_open=False))
    assert "Red Flag" in masked
    assert WHY not in masked
    assert "Listed" not in masked


def test_evidence_keeps_a_second_reviewer_blind(pending: Submission, officer: User) -> None:
    pending.project.second_review = "all"
    pending.project.save()
    review = AmlReview.objects.select_related("submission__project", "submission__team").get()
    reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by(officer), reason=WHY, seen=reviews.seen_of(review, []))
    assert WHY not in str(section.table(pending, make_user(Role.OFFICER), is_open=True))
    assert WHY in str(section.table(pending, officer, is_open=True))


def test_report_counts_outcomes_times_and_what_waits(pending: Submission, officer: User) -> None:
    review = AmlReview.objects.select_related("submission__project", "submission__team").get()
    AmlReview.objects.update(opened_at=clock.now() - timedelta(hours=3), target_at=clock.now() - timedelta(hours=1))
    reviews.decide(review, AmlOutcome.TRUE_MATCH, by=by(officer), reason=WHY, seen=reviews.seen_of(review, []))
    results.apply(make_at(Status.APPROVED), reported(), AmlSource.RECORD)
    today = clock.local_today()
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in report.report(officer, Window(today, today)).rows}
    assert rows["True match"] == ["1", "100%", "3 h 0 min", "1"]
    assert rows["False positive"][0] == "0"
    assert rows["Undecided now"][0] == "1"
