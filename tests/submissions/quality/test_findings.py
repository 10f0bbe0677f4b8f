"""Findings: the deciding officer answers, a manager closes, and both find them on home."""

import pytest

from submissions.audit.events import SYSTEM
from submissions.core.typed_reason import ReasonMissing
from submissions.models import Event, FindingAnswer, QualityCheck, Role, User
from submissions.privacy import erasure
from submissions.quality import findings
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser
from tests.factories import by, make_user, reload
from tests.submissions.quality.drawn import disagreed

pytestmark = pytest.mark.django_db
ANSWER = {"answer": "explained", "text": "The hair is different, the ears are the same."}


@pytest.fixture
def decider() -> User:
    return make_user(Role.OFFICER, name="Dora Decider")


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


@pytest.fixture
def finding(decider: User, manager: User) -> QualityCheck:
    make_user(Role.OFFICER, name="Sami Second")
    return disagreed(decider)


def test_officer_answers_and_manager_closes(finding: QualityCheck, decider: User, manager: User) -> None:
    officer, boss, url = browser(decider), browser(manager), f"/quality/{finding.pk}/"
    assert "1 finding of a quality check waits for you" in officer.get("/").content.decode()
    page = officer.get(url).content.decode()
    for text in ("Another face.", "Sami Second", finding.submission.reference, "Finding waits for an answer"):
        assert text in page
    assert officer.post(f"{url}answer/", {"answer": "explained", "text": ".."}).status_code == 422
    assert officer.post(f"{url}answer/", ANSWER).status_code == 302
    assert "finding of a quality check" not in officer.get("/").content.decode()
    assert "1 finding of a quality check waits for you" in boss.get("/").content.decode()
    page = boss.get(url).content.decode()
    assert "The hair is different" in page
    assert finding.number in boss.get("/quality/?show=findings").content.decode()
    assert boss.post(f"{url}close/").status_code == 302
    row = QualityCheck.objects.get()
    assert (row.answer, row.answer_text, row.closed_by) == ("explained", ANSWER["text"], manager)
    assert finding.number not in boss.get("/quality/?show=findings").content.decode()
    kinds = ("quality_finding_answered", "quality_finding_closed")
    events = Event.objects.filter(kind__in=kinds).order_by("pk")
    assert [(event.kind, event.actor_id) for event in events] == [(kinds[0], decider.pk), (kinds[1], manager.pk)]
    assert ANSWER["text"] not in str([event.fields for event in events])


def test_only_the_deciding_officer_answers(finding: QualityCheck, manager: User) -> None:
    for user in (manager, finding.assigned_to):
        assert user is not None
        with pytest.raises(NotAllowed):
            findings.answer(finding, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(user))


def test_answer_needs_words_and_is_given_once(finding: QualityCheck, decider: User) -> None:
    with pytest.raises(ReasonMissing):
        findings.answer(finding, FindingAnswer.ACCEPTED, "..", by=by(decider))
    stale = QualityCheck.objects.select_related("submission").get()
    findings.answer(QualityCheck.objects.get(), FindingAnswer.ACCEPTED, "I overlooked it.", by=by(decider))
    stale.officer = decider
    with pytest.raises(StaleSubmission):
        findings.answer(stale, FindingAnswer.EXPLAINED, "No, I did not.", by=by(decider))
    assert QualityCheck.objects.get().answer == "accepted"


def test_manager_closes_no_unanswered_finding_except_of_a_person_who_left(
    finding: QualityCheck, decider: User, manager: User
) -> None:
    with pytest.raises(NotAllowed, match="not answered"):
        findings.close(finding, by=by(manager))
    User.objects.filter(pk=decider.pk).update(is_active=False)
    assert list(findings.waiting_for(manager)) == [finding]
    findings.close(QualityCheck.objects.get(), by=by(manager))
    assert QualityCheck.objects.get().closed_by == manager


def test_nobody_closes_a_finding_about_their_own_decision() -> None:
    boss = make_user(Role.MANAGER)
    make_user(Role.OFFICER)
    finding = disagreed(boss)
    findings.answer(finding, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(boss))
    assert not findings.waiting_for(boss).exists()
    with pytest.raises(NotAllowed, match="Another manager"):
        findings.close(finding, by=by(boss))
    other = make_user(Role.MANAGER)
    assert list(findings.waiting_for(other)) == [finding]
    findings.close(finding, by=by(other))


def test_officer_closes_nothing_and_an_agreement_has_nothing_to_answer(
    finding: QualityCheck, decider: User, manager: User
) -> None:
    with pytest.raises(NotAllowed):
        findings.close(finding, by=by(decider))
    QualityCheck.objects.update(is_agreed=True, verdict="approved")
    row = QualityCheck.objects.get()
    with pytest.raises(NotAllowed, match="no finding"):
        findings.answer(row, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(decider))
    with pytest.raises(NotAllowed, match="no finding"):
        findings.close(row, by=by(manager))


def test_finding_of_an_erased_submission_waits_for_nobody(finding: QualityCheck, decider: User, manager: User) -> None:
    erasure.erase(reload(finding.submission), by=SYSTEM, why="customer_request")
    assert not findings.waiting_for(decider).exists()
    row = QualityCheck.objects.get()
    assert (row.is_agreed, row.comment_sealed, row.answer_text_sealed) == (False, None, None)
    with pytest.raises(NotAllowed):
        findings.answer(row, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(decider))
