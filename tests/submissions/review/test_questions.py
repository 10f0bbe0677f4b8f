"""Asking the agent: an internal request, answered by a note or a picture, while the deadlines continue."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from submissions.models import Capturer, Event, ImageKind, Question, Role, Status, Submission, User
from submissions.review import questions
from submissions.review.workload import claims
from submissions.workflow.permissions import why_not
from submissions.workflow.transitions import StaleSubmission
from tests import pictures
from tests.clients import browser, shown
from tests.factories import by, make_at, make_user, reload

pytestmark = pytest.mark.django_db

TEXT = "Is the second name on the card?"


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def held(officer: User) -> Submission:
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    return reload(submission)


def ask(officer: User, submission: Submission, text: str = TEXT) -> str:
    return browser(officer).post(f"/review/{submission.pk}/ask/", {"text": text}, follow=True).content.decode()


def answer(user: User, submission: Submission, **data: Any) -> str:
    return browser(user).post(f"/submissions/{submission.pk}/answer/", data, follow=True).content.decode()


def test_question_reaches_the_agent_and_moves_nothing(officer: User, held: Submission) -> None:
    assert "Deadlines still apply" in ask(officer, held)
    after = reload(held)
    assert (after.status, after.target_at, after.deadline_at) == (held.status, held.target_at, held.deadline_at)
    agent = held.created_by
    assert held.reference in browser(agent).get("/").content.decode()
    page = browser(agent).get(f"/submissions/{held.pk}/").content.decode()
    assert TEXT in page
    assert f"Question from {officer.name}" in page
    assert shown(browser(officer).get("/review/?asked=open")) == [held.reference]
    assert TEXT not in str(list(Event.objects.values_list("fields", flat=True)))


def test_answer_with_a_note_is_shown_in_queue_and_console(officer: User, held: Submission) -> None:
    ask(officer, held)
    assert "The reviewer sees it in the queue" in answer(held.created_by, held, answer="Yes, on the back.")
    assert shown(browser(officer).get("/review/?asked=answered")) == [held.reference]
    assert "Yes, on the back." in browser(officer).get(f"/review/{held.pk}/").content.decode()
    assert shown(browser(officer).get("/review/?asked=answered")) == []
    assert held.reference not in browser(held.created_by).get("/").content.decode()


def test_agent_reads_what_to_do_and_later_the_question_with_its_answer(officer: User, held: Submission) -> None:
    ask(officer, held)
    client, address = browser(held.created_by), f"/submissions/{held.pk}/"
    before = client.get(address).content.decode()
    assert "Answer the reviewer's question below." in before
    assert "No action is needed." not in before
    after = answer(held.created_by, held, answer="It is a seven.")
    assert "No action is needed." in after
    _head, _, answered = after.partition("Answered questions")
    assert TEXT in answered
    assert "It is a seven." in answered


def test_reviewer_who_captured_nothing_does_not_answer_their_own_question(officer: User, held: Submission) -> None:
    ask(officer, held)
    assert "A colleague captures this submission." in answer(officer, held, answer="I say it is fine.")
    assert Question.objects.get().answered_by is None


def test_who_answers_does_not_decide(officer: User, held: Submission) -> None:
    ask(officer, held)
    questions.answer(held.questions.open().get(), "I say it is fine.", None, by=by(officer))
    held = reload(held)
    assert Question.objects.get().answered_by == officer
    assert why_not(officer, held, "decide") == "You captured this submission, so another reviewer must decide."
    claims.release(held, by=by(officer))
    assert claims.claim_next(by=by(officer)) is None
    assert claims.claim_next(by=by(make_user(Role.OFFICER))) == held


def test_answer_with_a_picture_is_checked_sealed_and_never_sent(officer: User, held: Submission) -> None:
    ask(officer, held)
    colleague = make_user()
    upload = SimpleUploadedFile("back.jpg", pictures.id_card_jpeg(), "image/jpeg")
    answer(colleague, held, attachment=upload)
    image = held.images.get(kind=ImageKind.ATTACHMENT)
    assert (image.is_current, image.vendor_field) == (False, "")
    assert image.read()[:2] == b"\xff\xd8"
    assert Capturer.objects.filter(submission=held, user=colleague).exists()
    page = browser(officer).get(f"/review/{held.pk}/").content.decode()
    assert f"/images/{image.pk}/" in page
    assert "The attached image is among the ID images." in page


def test_answer_that_is_no_picture_keeps_the_text_and_says_what_to_do(officer: User, held: Submission) -> None:
    ask(officer, held)
    junk = SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")
    page = answer(held.created_by, held, answer="See the picture.", attachment=junk)
    assert "Image not accepted" in page
    assert "See the picture." in page
    assert Question.objects.open().exists()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("back.jpg", pictures.id_card_jpeg(), "image/jpeg")


def test_answer_survives_a_storage_failure(officer: User, held: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(officer, held)

    def away(*_arguments: Any) -> str:
        raise OSError("storage away")

    monkeypatch.setattr(default_storage, "save", away)
    page = answer(held.created_by, held, answer="See the picture, line two.", attachment=picture())
    assert "was not stored" in page
    assert "See the picture, line two." in page
    assert Question.objects.open().exists()


def test_answer_that_came_too_late_leaves_no_object(officer: User, held: Submission) -> None:
    ask(officer, held)
    question = Question.objects.get()
    question.submission = held
    stale = Question.objects.get()
    stale.submission = held
    questions.answer(question, "Yes.", None, by=by(held.created_by))
    before = stored_objects()
    with pytest.raises(StaleSubmission):
        questions.answer(stale, "No.", pictures.id_card_jpeg(), by=by(held.created_by))
    assert stored_objects() == before


def stored_objects() -> set[str]:
    return {
        f"{folder}/{name}" for folder in default_storage.listdir("")[0] for name in default_storage.listdir(folder)[1]
    }


@pytest.mark.parametrize("data", [{}, {"answer": "   "}])
def test_empty_answer_says_what_to_do(data: dict[str, str], officer: User, held: Submission) -> None:
    ask(officer, held)
    assert "Enter an answer, or attach an image." in answer(held.created_by, held, **data)
    assert Question.objects.open().exists()


def test_second_answer_and_second_question_are_reported(officer: User, held: Submission) -> None:
    ask(officer, held)
    assert "A question is still unanswered" in ask(officer, held, "And another")
    answer(held.created_by, held, answer="Yes.")
    assert "There is no open question" in answer(held.created_by, held, answer="No.")
    assert Question.objects.get().answer_sealed
    assert "Deadlines still apply" in ask(officer, held, "And another")


def test_only_the_claimant_asks_and_not_nothing(officer: User, held: Submission) -> None:
    assert browser(make_user(Role.OFFICER)).post(f"/review/{held.pk}/ask/", {"text": TEXT}).status_code == 403
    assert browser(make_user()).post(f"/review/{held.pk}/ask/", {"text": TEXT}).status_code == 403
    assert "Enter the question" in ask(officer, held, " ")
    assert not Question.objects.exists()


def test_agent_of_another_team_cannot_answer(officer: User, held: Submission) -> None:
    from tests.factories import make_team

    ask(officer, held)
    stranger = make_user(team=make_team("Far desk"))
    assert browser(stranger).post(f"/submissions/{held.pk}/answer/", {"answer": "x"}).status_code == 404
