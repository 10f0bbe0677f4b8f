"""Messages to the customer on the page of the submission."""

from datetime import timedelta
from typing import Any

import pytest

from submissions.core import clock
from submissions.customer_messages import send
from submissions.models import CustomerMessage, Project, Role, Status, Submission
from tests.clients import browser
from tests.factories import make_at, make_team, make_user

pytestmark = pytest.mark.django_db
ASKED = {"occasion": "approved", "channel": "email", "language": "ko"}


@pytest.fixture
def submission() -> Submission:
    return make_at(Status.APPROVED)


def page(submission: Submission) -> str:
    return str(browser(submission.created_by).get(f"/submissions/{submission.pk}/").content.decode())


def post(submission: Submission, **changed: str) -> Any:
    url = f"/submissions/{submission.pk}/message/"
    return browser(submission.created_by).post(url, {**ASKED, **changed}, follow=True)


def test_agent_sends_a_message_in_the_customers_language(submission: Submission) -> None:
    assert "Message queued." in post(submission).content.decode()
    row = CustomerMessage.objects.get()
    assert (row.occasion, row.language, row.state, row.created_by) == (
        "approved",
        "ko",
        "waiting",
        submission.created_by,
    )
    assert send.send_next()
    shown = page(submission)
    assert "pill-ok" in shown[shown.index('id="customer-messages"') :]
    assert "Send again" in shown
    assert submission.values["email"] not in shown[shown.index('id="customer-messages"') :]


def test_only_what_fits_the_status_is_offered(submission: Submission) -> None:
    shown = page(submission)
    assert '<option value="approved">' in shown
    assert '<option value="rejected">' not in shown
    assert "does not fit the present status" in post(submission, occasion="rejected").content.decode()
    assert CustomerMessage.objects.count() == 0


def test_waiting_message_shows_when_it_is_sent() -> None:
    project = Project.objects.get(pk=make_at(Status.DRAFT).project_id)
    project.automatic_messages = ["retry"]
    project.save()
    submission = make_at(Status.STEP1_RETRY, project=project)
    CustomerMessage.objects.update(due_at=clock.now() + timedelta(hours=5))
    assert "to be sent" in page(submission)


def test_message_that_perhaps_arrived_says_so(submission: Submission) -> None:
    post(submission)
    CustomerMessage.objects.update(state="unknown", error="timeout", ended_at=clock.now())
    shown = page(submission)
    assert "It may have arrived." in shown
    assert "The gateway did not answer in time." in shown


def test_draft_has_no_card() -> None:
    assert 'id="customer-messages"' not in page(make_at(Status.DRAFT))


def test_too_many_messages_are_refused(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("submissions.core.rate_limit.is_too_fast", lambda *args, **limits: True)
    assert "Too many messages to this customer" in post(submission).content.decode()
    assert CustomerMessage.objects.count() == 0


def test_agent_of_another_team_cannot_send(submission: Submission) -> None:
    other = browser(make_user(Role.AGENT, team=make_team("Another desk")))
    assert other.post(f"/submissions/{submission.pk}/message/", ASKED).status_code == 404
