"""What counts as a hit, which result replaces which, and that a hit opens one review and tells the right people."""

import pytest
from django.core import mail

from argos.replies.signals import AmlResult as Reported
from submissions.aml import results
from submissions.models import Alert, AmlResult, AmlReview, AmlSource, Event, Role, Status, Submission
from submissions.workflow import alerts
from tests.factories import make_at, make_team, make_user
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db
CLEAR = ["screenedNoMatches"]


@pytest.fixture
def submission() -> Submission:
    return make_at(Status.APPROVED)


@pytest.mark.parametrize(
    ("result", "hit"),
    [
        (reported("screenedNoMatches", ""), False),
        (reported("Screened No Matches", "LOW"), False),
        (reported("screenedNoMatches", "", discarded_count=3, false_positive_count=1), False),
        (reported("screenedNoMatches", "MEDIUM"), True),
        (reported("screenedNoMatches", "something new"), True),
        (reported("screenedNoMatches", "", open_count=1), True),
        (reported("screenedNoMatches", "", true_positive_count=1), True),
        (reported("Red Flag", "LOW"), True),
        (reported("something new", ""), True),
        (reported("", "LOW"), True),
        (reported("Not Screened", "HIGH"), True),
    ],
)
def test_everything_but_a_known_clear_result_is_a_hit(result: Reported, hit: bool) -> None:
    assert results.is_result(result)
    assert results.is_hit(result, CLEAR) is hit


def test_a_setting_never_makes_a_red_flag_clear() -> None:
    assert results.is_hit(reported("Red Flag", ""), [*CLEAR, "Red Flag", ""])
    assert not results.is_hit(reported("Cleared", ""), [*CLEAR, "cleared"])


def test_not_screened_alone_is_no_result(submission: Submission) -> None:
    assert not results.apply(submission, reported("Not Screened", "Not Screened", open_count=0), AmlSource.RECORD)
    assert not results.apply(submission, None, AmlSource.RECORD)
    assert not AmlResult.objects.exists()


def test_hit_opens_one_review_and_the_same_result_nothing_more(submission: Submission) -> None:
    result = reported(memo="Ms Example", tags=("pep",), open_count=2)
    assert results.apply(submission, result, AmlSource.RECORD)
    assert not results.apply(submission, result, AmlSource.RECORD)
    row = AmlResult.objects.get()
    assert (row.is_hit, row.open_count, row.content["memo"], row.content["tags"]) == (True, 2, "Ms Example", ["pep"])
    assert b"Example" not in bytes(row.content_sealed)
    review = AmlReview.objects.get()
    assert (review.target_at - review.opened_at).total_seconds() == submission.project.aml_review_target_hours * 3600
    assert [event.fields["hit"] for event in Event.objects.filter(kind="aml_screened")] == [True]


def test_clear_result_opens_none(submission: Submission) -> None:
    results.apply(submission, reported("screenedNoMatches", ""), AmlSource.RECORD)
    assert AmlResult.objects.get().is_hit is False
    assert not AmlReview.objects.exists()


def test_clear_result_of_another_source_ends_no_hit(submission: Submission) -> None:
    results.apply(submission, reported(), AmlSource.MONITORING, "w/1")
    clear = reported("screenedNoMatches", "")
    results.apply(submission, clear, AmlSource.RECORD)
    results.apply(submission, clear, AmlSource.MONITORING, "w/2")
    assert AmlResult.objects.get().is_hit is True
    results.apply(submission, clear, AmlSource.MONITORING, "w/1")
    assert AmlResult.objects.get().is_hit is False
    assert AmlReview.objects.get().is_open, "a person decides, whatever came since"


def test_forged_clear_webhook_ends_no_hit(submission: Submission) -> None:
    results.apply(submission, reported(), AmlSource.WEBHOOK)
    results.apply(submission, reported("screenedNoMatches", ""), AmlSource.WEBHOOK)
    assert AmlResult.objects.get().is_hit is True


def test_officers_and_the_teams_manager_are_told_and_nobody_else(submission: Submission) -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER, team=submission.team)
    make_user(Role.MANAGER, team=make_team("Elsewhere"))
    make_user(Role.ADMINISTRATOR)
    results.apply(submission, reported(memo="Ms Example"), AmlSource.RECORD)
    assert set(Alert.objects.filter(kind="aml_hit").values_list("person_id", flat=True)) == {officer.pk, manager.pk}
    alerts.send_mails()
    assert {letter.to[0] for letter in mail.outbox} == {officer.email, manager.email}
    assert not any("Example" in letter.body + letter.subject for letter in mail.outbox)
    assert all(f"/review/aml/{submission.pk}/" in letter.body for letter in mail.outbox)


def test_erased_submission_takes_no_result(submission: Submission) -> None:
    submission.erased_at = submission.created_at
    assert not results.apply(submission, reported(), AmlSource.RECORD)
