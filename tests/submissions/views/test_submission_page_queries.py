"""The number of queries of the submission page: the same in every state and whatever its history."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions.audit import events
from submissions.capture import submit
from submissions.models import ImageKind, Role, Status, Submission, User
from submissions.review import decisions, questions
from submissions.review.workload import claims
from tests.clients import browser
from tests.factories import answered, attach_image, by, explain, make_at, make_user, reload

pytestmark = pytest.mark.django_db

MAX_QUERIES = 22
STATES = [
    Status.DRAFT,
    Status.CONFIRMING,
    Status.PENDING,
    Status.SECOND_REVIEW,
    Status.APPROVED,
    Status.REJECTED,
]


def queries_of(client: Client, submission: Submission) -> int:
    client.get(f"/submissions/{submission.pk}/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/submissions/{submission.pk}/").status_code == 200
    return len(captured)


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.MANAGER])
def test_submission_page_takes_the_same_queries_in_every_state(role: Role) -> None:
    person = make_user(role)
    client = browser(person)
    agent = person if role == Role.AGENT else make_user()
    counts = {status: queries_of(client, make_at(status, agent)) for status in STATES}
    assert len(set(counts.values())) == 1, counts
    assert max(counts.values()) <= MAX_QUERIES


def test_submission_page_with_an_open_call_also_asks_whether_sending_is_stopped() -> None:
    agent = make_user()
    client, quiet = browser(agent), make_at(Status.CONFIRMING, agent)
    few = queries_of(client, quiet)
    assert queries_of(client, make_at(Status.STEP2_SENDING, agent)) == few + 1


def many_events(submission: Submission, agent: User) -> None:
    with transaction.atomic():
        for _number in range(30):
            events.record("values_changed", by=by(agent), submission=submission)


def many_notes(submission: Submission, agent: User) -> None:
    for number in range(8):
        decisions.add_note(submission, f"Note {number}", by=by(make_user(Role.OFFICER)))


def many_images(submission: Submission, agent: User) -> None:
    for kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.SELFIE):
        for _number in range(3):
            attach_image(submission, kind, agent)


def many_of_the_same_person(submission: Submission, agent: User) -> None:
    for _number in range(4):
        make_at(Status.PENDING, agent)


def many_tries(submission: Submission, agent: User) -> None:
    explain(submission)
    for _number in range(2):
        submit.send_step2(reload(submission), by=by(agent))
        answered(reload(submission), "incomplete", 31.5, "liveness_error")
        attach_image(submission, ImageKind.SELFIE, agent)


@pytest.mark.parametrize("more", [many_events, many_notes, many_images, many_of_the_same_person, many_tries])
def test_submission_page_takes_the_same_queries_for_more_rows(more: Callable[[Submission, User], None]) -> None:
    agent = make_user()
    submission, client = make_at(Status.CONFIRMING, agent), browser(agent)
    few = queries_of(client, submission)
    more(reload(submission), agent)
    reads_refused_selfie = more is many_tries
    assert queries_of(client, submission) == few + reads_refused_selfie


def test_open_question_takes_no_further_query() -> None:
    agent, officer = make_user(), make_user(Role.OFFICER)
    submission, client = make_at(Status.PENDING, agent), browser(agent)
    claims.claim(submission, by=by(officer))
    few = queries_of(client, submission)
    questions.ask(reload(submission), "Is it the customer's own phone?", by=by(officer))
    assert queries_of(client, submission) == few
