"""The submission page after the agent's work, and who sees the images without a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from submissions.models import Event, ImageKind, Role, Status, Submission
from submissions.review import questions
from submissions.review.workload import claims
from submissions.views.capture.outcome import outcome
from tests.clients import browser
from tests.factories import attach_image, by, make_at, make_project, make_user

pytestmark = pytest.mark.django_db


def page_of(client: Client, submission: Submission) -> str:
    return client.get(reverse("submission", args=[submission.pk])).content.decode()


@pytest.mark.parametrize(
    ("status", "say", "next_step"),
    [
        (Status.PENDING, "We are still checking.", "No action is needed"),
        (Status.SECOND_REVIEW, "We are still checking.", "No action is needed"),
        (Status.APPROVED, "Your identity has been verified.", "mark it as communicated"),
        (Status.REJECTED, "", "Start a new submission with this data"),
        (Status.ABANDONED, "This check was closed.", "Start a new submission with this data"),
    ],
)
def test_outcome_says_what_to_tell_and_what_comes_next(status: Status, say: str, next_step: str) -> None:
    agent = make_user()
    submission = make_at(status, agent)
    page = page_of(browser(agent), submission)
    assert "Tell the customer" in page
    assert say in page
    assert next_step in page


def test_pending_outcome_names_who_decides_and_by_when() -> None:
    found = outcome(make_at(Status.PENDING), can_restart=False)
    assert found is not None
    assert "A compliance officer decides. Due:" in found.text


def test_outcome_of_a_rejection_for_policy_tells_the_customer_no_reason() -> None:
    submission = make_at(Status.REJECTED)
    submission.vendor_codes = []
    found = outcome(submission, can_restart=True)
    assert found is not None
    assert found.say == "We could not complete the check. We will contact you about the next step."


@pytest.mark.parametrize(
    ("reason", "label", "say"),
    [
        ("id_image_invalidId", "ID not accepted.", "We cannot accept this ID. Do you have another one?"),
        ("own_customer_withdrew", "Customer withdrew.", "As you asked, we stopped the check."),
        ("own_suspected_fraud", "Suspected fraud.", "We could not complete the check."),
    ],
)
def test_outcome_of_a_reviewers_rejection_says_their_reason(reason: str, label: str, say: str) -> None:
    submission = make_at(Status.REJECTED)
    submission.vendor_codes, submission.reason_code = ["other"], reason
    found = outcome(submission, can_restart=True)
    assert found is not None
    assert found.text.startswith(label)
    assert found.say.startswith(say)


def test_no_outcome_while_it_is_captured() -> None:
    assert outcome(make_at(Status.CONFIRMING), can_restart=False) is None


def test_form_stays_in_place_while_argos_works() -> None:
    agent = make_user()
    page = page_of(browser(agent), make_at(Status.STEP1_SENDING, agent))
    assert 'id="capture"' in page
    assert "<fieldset" in page
    assert "usually 2 to 5 s" in page
    assert "data-autosave" not in page


def test_claim_holder_sees_the_images_without_a_reason_and_it_is_recorded() -> None:
    submission = make_at(Status.PENDING, make_user())
    officer = make_user(Role.OFFICER)
    client = browser(officer)
    image = reverse("image", args=[submission.images.first().pk])
    assert image not in page_of(client, submission)
    claims.claim(submission, by=by(officer))
    assert image in page_of(client, submission)
    assert client.get(image).status_code == 200
    assert Event.objects.filter(kind="image_opened", actor_id=officer.pk).exists()


def test_agent_who_captured_it_gives_a_reason_once_it_is_in_review() -> None:
    agent = make_user()
    submission = make_at(Status.PENDING, agent)
    client = browser(agent)
    image = reverse("image", args=[submission.images.first().pk])
    assert image not in page_of(client, submission)
    assert client.get(image).status_code == 403


def test_asker_is_not_offered_the_answer() -> None:
    agent, officer = make_user(), make_user(Role.OFFICER)
    submission = make_at(Status.PENDING, agent)
    claims.claim(submission, by=by(officer))
    questions.ask(submission, "Is the address right?", by=by(officer))
    assert "Send answer" in page_of(browser(agent), submission)
    assert "Send answer" not in page_of(browser(officer), submission)


def test_summary_counts_what_is_to_complete_and_links_to_it() -> None:
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent, make_project(has_account_occupancy=True), name="")
    attach_image(submission, ImageKind.SELFIE, agent)
    reply = browser(agent).post(reverse("save_values", args=[submission.pk]), {"action": "step2"})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "items to complete before Step 2" in page
    assert '<a href="#f-userOccupancyCode">Verification code</a>' in page
