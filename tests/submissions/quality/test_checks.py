"""The second look: without decision, decider and later entries; its verdict changes nothing but the check."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Call, Decision, Event, ImageKind, QualityCheck, Role, Submission, User, Verdict
from submissions.privacy import erasure
from submissions.quality import checks
from submissions.quality.blind_look import BlindLook
from submissions.reporting.timeline import timeline
from submissions.review import decisions
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser
from tests.factories import attach_image, by, make_team, make_user, reload
from tests.submissions.quality.drawn import drawn_check

pytestmark = pytest.mark.django_db
REJECTION = {"verdict": "rejected", "reason_code": "own_policy", "comment": "The faces differ."}


@pytest.fixture
def decider() -> User:
    return make_user(Role.OFFICER, name="Dora Decider")


@pytest.fixture
def second() -> User:
    return make_user(Role.OFFICER, name="Sami Second")


@pytest.fixture
def check(decider: User, second: User) -> QualityCheck:
    return drawn_check(decider, Verdict.REJECTED)


def test_page_shows_what_the_reviewer_saw_and_nothing_of_the_decision(check: QualityCheck, second: User) -> None:
    submission = check.submission
    Decision.objects.update(decided_at=clock.now())
    colleague = make_user(Role.OFFICER, name="Kai Colleague")
    with transaction.atomic():
        decisions.add_note(submission, "Called before, all well.", by=by(colleague))
        decisions.add_note(submission, "I am not sure about the face.", by=by(check.officer))
    Decision.objects.update(decided_at=clock.now())
    with transaction.atomic():
        decisions.add_note(submission, "The customer complains.", by=by(colleague))
    attach_image(submission, ImageKind.ID_BACK, submission.created_by)
    response = browser(second).get(f"/quality/{check.pk}/")
    page = response.content.decode()
    assert response.status_code == 200
    for visible in ("Minseo Example", "Called before, all well.", "Face similarity", "Values read and confirmed"):
        assert visible in page
    words = re.sub(r"<aside.*?</aside>", "", page, flags=re.DOTALL)
    hidden = ("Dora Decider", check.officer.username, "not sure about the face", "The customer complains.")
    for text in (*hidden, submission.reference, "Decision made", "own_policy", "Not the same person."):
        assert text not in words, text
    front = submission.images.get(kind=ImageKind.ID_FRONT)
    back = submission.images.get(kind=ImageKind.ID_BACK)
    assert (str(front.pk) in page, str(back.pk) in page) == (True, False)
    look = Event.objects.filter(kind="looked", submission_id=submission.pk).latest("pk")
    assert (look.actor_id, look.purpose) == (second.pk, "quality")


def test_page_shows_the_same_facts_to_both_reviewers(check: QualityCheck, second: User) -> None:
    """A later mismatch, screening and the person ID, which only approved customers have, are left out."""
    Submission.objects.filter(pk=check.submission_id).update(has_difference=True)
    look = BlindLook.of(reload(check.submission), second)
    assert [warning.code for warning in look.warnings] == []
    assert look.submission.status == "pending"
    assert reload(check.submission).status == "rejected", "only the copy in memory is pending"
    kinds = [entry.event.kind for entry in look.timeline.entries]
    assert "pending" in kinds
    assert set(kinds) & {"verdict_given", "claimed", "rejected", "quality_check_drawn"} == set()


def test_image_is_open_to_the_checking_officer_only(check: QualityCheck, decider: User, second: User) -> None:
    image = check.submission.images.get(kind=ImageKind.SELFIE)
    url = f"/images/{image.pk}/"
    assert browser(second).get(url).status_code == 200
    assert Event.objects.get(kind="image_opened").purpose == "quality"
    assert browser(decider).get(url).status_code == 403
    browser(second).post(f"/quality/{check.pk}/record/", REJECTION)
    assert browser(second).get(url).status_code == 403, "the check is done"


def test_verdict_is_recorded_and_changes_nothing_else(check: QualityCheck, second: User) -> None:
    before = Submission.objects.filter(pk=check.submission_id).values().get()
    calls = Call.objects.count()
    reply = browser(second).post(f"/quality/{check.pk}/record/", REJECTION)
    assert reply.headers["Location"] == "/quality/"
    check = QualityCheck.objects.get()
    assert (check.verdict, check.reason_code, check.comment, check.is_agreed) == (
        "rejected",
        "own_policy",
        "The faces differ.",
        True,
    )
    assert Submission.objects.filter(pk=check.submission_id).values().get() == before
    assert Call.objects.count() == calls
    event = Event.objects.get(kind="quality_checked")
    assert event.fields == {"verdict": "rejected", "reason": "own_policy", "is_agreed": True}
    browser(second).post(f"/quality/{check.pk}/record/", {"verdict": "approved"})
    assert QualityCheck.objects.get().verdict == "rejected", "it is recorded once"


def test_rejection_needs_a_reason_and_a_comment_and_keeps_the_text(check: QualityCheck, second: User) -> None:
    reply = browser(second).post(f"/quality/{check.pk}/record/", {"verdict": "rejected", "comment": "Faces"})
    assert reply.status_code == 422
    assert "Faces</textarea>" in reply.content.decode()
    reply = browser(second).post(f"/quality/{check.pk}/record/", {})
    assert "Select Approve or Reject." in reply.content.decode()
    with pytest.raises(decisions.CommentMissing):
        checks.record(check, Verdict.REJECTED, by=by(second), reason_code="own_policy")
    assert QualityCheck.objects.get().checked_at is None


def test_reason_of_an_approval_is_not_kept(decider: User, second: User) -> None:
    check = drawn_check(decider)
    checks.record(check, Verdict.APPROVED, by=by(second), reason_code="own_policy")
    assert (check.is_agreed, check.reason_code, check.has_other_reason) == (True, "", False)


def test_other_reason_of_a_rejection_is_no_finding(check: QualityCheck, second: User) -> None:
    checks.record(check, Verdict.REJECTED, by=by(second), reason_code="expired_id", comment="It expired.")
    assert (check.is_agreed, check.is_finding, check.has_other_reason) == (True, False, True)


def test_lists_show_officers_their_own_and_managers_all(check: QualityCheck, decider: User, second: User) -> None:
    third, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    assert [list(checks.visible_checks(user)) for user in (second, manager, third, decider)] == [
        [check],
        [check],
        [],
        [],
    ]
    assert check.number in browser(second).get("/quality/").content.decode()
    assert browser(third).get(f"/quality/{check.pk}/").status_code == 404
    page = browser(manager).get("/quality/").content.decode()
    assert check.number in page
    assert f'href="/quality/{check.pk}/"' not in page
    assert browser(manager).get(f"/quality/{check.pk}/").status_code == 403
    assert "1 quality check waits for you" in browser(second).get("/").content.decode()
    browser(second).post(f"/quality/{check.pk}/record/", REJECTION)
    assert "No quality checks" in browser(second).get("/quality/").content.decode()
    for user in (second, manager):
        assert check.number in browser(user).get("/quality/?show=done").content.decode()


def test_checking_officer_does_not_learn_the_decision_afterwards(check: QualityCheck, second: User) -> None:
    browser(second).post(f"/quality/{check.pk}/record/", REJECTION)
    page = browser(second).get(f"/quality/{check.pk}/").content.decode()
    assert "The faces differ." in page
    assert [text for text in ("Dora Decider", "Agreed", check.submission.reference) if text in page] == []


def test_check_of_an_erased_submission_is_gone_and_the_figures_stay(check: QualityCheck, second: User) -> None:
    checks.record(check, Verdict.REJECTED, by=by(second), reason_code="own_policy", comment="The faces differ.")
    erasure.erase(reload(check.submission), by=SYSTEM, why="customer_request")
    row = QualityCheck.objects.get()
    assert (row.is_agreed, row.verdict, row.comment_sealed) == (True, "rejected", None)


def test_open_check_of_an_erased_submission_cannot_be_done(check: QualityCheck, second: User) -> None:
    erasure.erase(reload(check.submission), by=SYSTEM, why="customer_request")
    assert not checks.to_do(second).exists()
    assert browser(second).get(f"/quality/{check.pk}/").status_code == 403
    with pytest.raises(StaleSubmission):
        checks.record(check, Verdict.APPROVED, by=by(second))


def test_check_follows_what_the_officer_may_see(check: QualityCheck, second: User) -> None:
    second.review_teams = [make_team("Another team").pk]
    second.save()
    assert not checks.to_do(second).exists()
    assert browser(second).get(f"/quality/{check.pk}/").status_code == 404


def test_only_the_assigned_officer_records(check: QualityCheck, decider: User) -> None:
    for user in (decider, make_user(Role.OFFICER), make_user(Role.MANAGER)):
        with pytest.raises(NotAllowed):
            checks.record(check, Verdict.APPROVED, by=by(user))


def test_check_given_to_another_officer_in_between_is_not_recorded(check: QualityCheck, second: User) -> None:
    QualityCheck.objects.update(assigned_to=make_user(Role.OFFICER))
    with pytest.raises(StaleSubmission):
        checks.record(check, Verdict.APPROVED, by=by(second))
    assert QualityCheck.objects.get().checked_at is None


def test_answer_after_the_decision_is_not_shown(check: QualityCheck, second: User) -> None:
    asked = clock.now() - timedelta(days=9)
    question = check.submission.questions.create(asked_by=check.officer, asked_at=asked)
    question.text = "Is it his flat?"
    question.answer = "Yes, since May."
    question.answered_by, question.answered_at = check.submission.created_by, clock.now()
    question.save()
    Decision.objects.update(decided_at=clock.now() - timedelta(minutes=1))
    page = browser(second).get(f"/quality/{check.pk}/").content.decode()
    assert "Is it his flat?" in page
    assert "Yes, since May." not in page
    assert "Dora Decider" not in page


def test_quality_events_are_not_on_the_timeline(check: QualityCheck) -> None:
    assert Event.objects.filter(kind="quality_check_drawn", submission_id=check.submission_id).exists()
    for with_aml in (True, False):
        shown = timeline(check.submission, is_blind=False, with_aml=with_aml).entries
        assert [entry.event.kind for entry in shown if "quality" in entry.event.kind] == []
        assert "verdict_given" in [entry.event.kind for entry in shown]
