"""The number of queries of the review page: bounded, and independent of the submission's history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions.audit import events
from submissions.capture import submit
from submissions.core import clock
from submissions.models import Decision, ImageKind, Project, Role, Status, Submission, User, Verdict
from submissions.review import decisions, questions, verdicts
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from tests.clients import browser
from tests.factories import answered, attach_image, by, explain, make_at, make_user, reload

pytestmark = pytest.mark.django_db

MAX_QUERIES = 12


def no_undo() -> None:
    """Make every decision older than the ten seconds in which it can be undone."""
    Decision.objects.update(decided_at=clock.now() - timedelta(seconds=30))


def claimed(submission: Submission) -> tuple[User, Client]:
    """Return an officer who holds the claim and has opened the page before."""
    no_undo()
    officer = make_user(Role.OFFICER)
    claims.claim(reload(submission), by=by(officer))
    client = browser(officer)
    assert client.get(f"/review/{submission.pk}/").status_code == 200
    return officer, client


def queries_of(client: Client, submission: Submission) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/review/{submission.pk}/").status_code == 200
    return len(captured)


def after_tries(number: int) -> Submission:
    """A pending submission whose last of `number` selfies the vendor accepted."""
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent)
    explain(submission)
    for at in range(1, number + 1):
        submit.send_step2(submission, by=by(agent), is_last_confirmed=True)
        if at == number:
            return answered(submission, "pending", 84.0)
        submission = answered(submission, "incomplete", 31.5, "liveness_error")
        attach_image(submission, ImageKind.SELFIE, agent)
    raise AssertionError("at least one try")


@pytest.mark.parametrize("status", [Status.PENDING, Status.SECOND_REVIEW])
def test_review_page_reads_its_rows_once(status: Status, django_assert_max_num_queries: Any) -> None:
    submission = make_at(status)
    _officer, client = claimed(submission)
    with django_assert_max_num_queries(MAX_QUERIES):
        page = client.get(f"/review/{submission.pk}/")
    assert page.context["holds"] is True


def test_review_page_without_the_claim_reads_its_rows_once(django_assert_max_num_queries: Any) -> None:
    submission = make_at(Status.SECOND_REVIEW)
    no_undo()
    client = browser(make_user(Role.OFFICER))
    client.get(f"/review/{submission.pk}/")
    with django_assert_max_num_queries(MAX_QUERIES):
        page = client.get(f"/review/{submission.pk}/")
    assert page.context["holds"] is False


def test_review_page_of_three_tries_takes_the_queries_of_one() -> None:
    one, three = after_tries(1), after_tries(3)
    _officer, client = claimed(one)
    few = queries_of(client, one)
    _officer, client = claimed(three)
    assert len(client.get(f"/review/{three.pk}/").context["tries"]) == 3
    assert queries_of(client, three) == few


def test_review_page_of_two_unlike_verdicts_takes_the_queries_of_one() -> None:
    submission = make_at(Status.SECOND_REVIEW)
    second, client = claimed(submission)
    few = queries_of(client, submission)
    rejection = {"reason_code": "own_policy", "comment": "Not the same person."}
    decisions.decide(reload(submission), Verdict.REJECTED, by=by(second), **rejection)
    _third, client = claimed(submission)
    assert client.get(f"/review/{submission.pk}/").context["is_unlike"] is True
    assert queries_of(client, submission) == few


def many_events(submission: Submission, officer: User) -> None:
    with transaction.atomic():
        for _number in range(30):
            events.record("claimed", by=by(officer), submission=submission)


def many_notes(submission: Submission, officer: User) -> None:
    for number in range(8):
        decisions.add_note(submission, f"Note {number}", by=by(make_user(Role.OFFICER)))


def many_images(submission: Submission, officer: User) -> None:
    for _number in range(5):
        attach_image(submission, ImageKind.ID_FRONT, officer)


def many_questions(submission: Submission, officer: User) -> None:
    for number in range(4):
        questions.ask(submission, f"Question {number}", by=by(officer))
        question = submission.questions.open().get()
        assert question is not None
        questions.answer(question, "Yes.", None, by=by(make_user()))
    questions.mark_seen(questions.all_questions(submission))


def many_people_of_the_same_name(submission: Submission, officer: User) -> None:
    for _number in range(4):
        make_at(Status.PENDING)


@pytest.mark.parametrize("more", [many_events, many_notes, many_images, many_questions, many_people_of_the_same_name])
def test_review_page_takes_the_same_queries_for_more_rows(more: Callable[[Submission, User], None]) -> None:
    submission = make_at(Status.SECOND_REVIEW)
    officer, client = claimed(submission)
    few = queries_of(client, submission)
    more(reload(submission), officer)
    assert queries_of(client, submission) == few


def test_verdicts_to_undo_take_one_query_for_any_number(django_assert_num_queries: Any) -> None:
    officer, submissions = make_user(Role.OFFICER), [make_at(Status.PENDING) for _number in range(3)]
    Project.objects.update(second_review="all")
    for submission in submissions:
        claims.claim(reload(submission), by=by(officer))
        warned = [warning.code for warning in warnings_of(submission, officer)]
        decisions.decide(reload(submission), Verdict.APPROVED, by=by(officer), ticked=warned)
    with django_assert_num_queries(1):
        offered = verdicts.leaving(officer)
    assert {row["submission_id"] for row in offered} == {submission.pk for submission in submissions}
