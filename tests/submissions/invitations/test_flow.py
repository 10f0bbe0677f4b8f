"""An invitation from the link to the result, by plain requests: what the customer sees and what the agent gets."""

import pytest
from django.core import mail
from django.test import Client

from submissions.capture import submit
from submissions.core import clock
from submissions.customer_messages import send
from submissions.invitations import hand_over, links
from submissions.invitations.steps import Progress
from submissions.models import Alert, CallKind, ConsentText, Event, ImageKind, Invitation, Project, Status, Submission
from submissions.models.submission import CAPTURING
from submissions.workflow import customer_queue
from tests.factories import (
    VALUES,
    answer_step1,
    answer_step2,
    attach_image,
    by,
    make_draft,
    make_project,
    make_user,
    reload,
    sign_in,
)
from tests.factories import _retry as retry
from tests.pictures import no_face_jpeg, selfie_jpeg
from tests.submissions.invitations.customer import TYPED, Customer, invite, opened, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Submission:
    return make_draft(make_user(), **dict.fromkeys(TYPED, ""), images=False)


def steps(customer: Customer) -> dict[str, str]:
    return {step.name.value: step.state.value for step in Progress(customer.row).steps}


def shows(customer: Customer, text: str) -> None:
    assert text in customer.get().content.decode()


def kinds(submission: Submission) -> list[str]:
    return list(Event.objects.filter(submission_id=submission.pk).order_by("pk").values_list("kind", flat=True))


def all_of_it(customer: Customer) -> None:
    """Send every picture and value of a passport, then submit."""
    for kind in ("id_front", "selfie"):
        assert customer.send(kind).status_code == 302
    assert customer.post("details/", {**TYPED, "compared": "1"}).status_code == 302
    assert customer.post("submit/").status_code == 302


@pytest.mark.slow
def test_customer_does_the_whole_capture_and_the_agent_sends(submission: Submission) -> None:
    customer = started(submission)
    shows(customer, "Take a photo of the front of your ID")
    assert steps(customer) == {"id_front": "open", "selfie": "open", "details": "open"}
    all_of_it(customer)
    shows(customer, "we have received everything")
    submission = reload(submission)
    assert {image.source for image in submission.images.all()} == {"phone"}
    assert {name: submission.values[name] for name in TYPED} == TYPED
    assert Alert.objects.get().kind == "customer_ready"
    assert not submission.calls.exists(), "nothing is sent before the agent confirms"
    submit.send_step1(submission, by=by(submission.created_by))
    shows(customer, "Your ID is being read")
    submission = answer_step1(reload(submission))
    assert Progress(customer.row).is_ready, "what was read agrees, so nothing is asked again"
    submit.send_step2(submission, by=by(submission.created_by))
    answer_step2(reload(submission), "incomplete", retry_count=1, retries=(retry("liveness_error"),))
    page = customer.get().content.decode()
    assert "We need this photo once more" in page
    assert "whole face, some space around it" in page
    assert customer.send("selfie", selfie_jpeg((1000, 750))).status_code == 302
    assert customer.post("submit/").status_code == 302
    submission = reload(submission)
    submit.send_step2(submission, by=by(submission.created_by))
    answer_step2(reload(submission), "approved")
    shows(customer, "Your identity has been verified")
    expected = ["invitation_made", "invitation_opened", "image_added", "values_changed", "invitation_submitted"]
    assert set(expected) <= set(kinds(submission))


def test_the_customer_accepts_the_consent_text_themselves() -> None:
    project = make_project(requires_consent=True)
    text = ConsentText.objects.create(project=project, version="2026-11", text="I agree to the check.")
    submission = make_draft(make_user(), project, images=False)
    customer = started(submission)
    shows(customer, "I agree to the check.")
    assert "Please select that you agree" in customer.post("consent/", {"text": text.pk}).content.decode()
    newer = ConsentText.objects.create(project=project, version="2026-12", text="I agree to more.")
    customer.post("consent/", {"text": text.pk, "agreed": "1"})
    assert reload(submission).consent_id is None, "a version that is not current any more is shown again"
    customer.post("consent/", {"text": newer.pk, "agreed": "1"})
    assert reload(submission).consent_id == newer.pk
    event = Event.objects.get(kind="consent_recorded")
    assert event.actor_name == "customer's phone"
    assert (event.fields["version"], event.fields["text"]) == ("2026-12", str(newer.pk))


@pytest.mark.slow
def test_bad_picture_is_stopped_and_may_be_sent_anyway(submission: Submission) -> None:
    customer = started(submission)
    reply = customer.send("selfie", no_face_jpeg())
    assert reply.status_code == 422
    assert "No face was found" in reply.content.decode()
    assert not submission.images.exists()
    sha = hand_over.digest(no_face_jpeg())
    assert customer.send("selfie", no_face_jpeg(), accepted=sha).status_code == 302
    assert submission.images.get().findings == ["no_face"]


def test_what_the_desk_entered_is_done_and_never_shown(submission: Submission) -> None:
    attach_image(submission, ImageKind.ID_FRONT, submission.created_by)
    submission = reload(submission)
    from submissions.capture import drafts

    drafts.save_values(submission, {"name": "Typed At The Desk"}, by=by(submission.created_by))
    customer = started(reload(submission))
    assert steps(customer)["id_front"] == "desk"
    page = customer.get("?step=details").content.decode()
    assert "Typed At The Desk" not in page
    assert 'name="name"' not in page
    customer.post("details/", {"name": "Somebody Else", "document_number": "M1"})
    values = reload(submission).values
    assert (values["name"], values["document_number"]) == ("Typed At The Desk", "M1")


def test_values_read_from_the_customers_own_id_are_shown_for_confirmation(submission: Submission) -> None:
    customer = started(submission)
    for kind in ("id_front", "selfie"):
        image = attach_image(submission, ImageKind(kind), submission.created_by)
        image.invitation = customer.invitation
        image.save()
    submit.send_step1(reload(submission), by=by(submission.created_by))
    answer_step1(reload(submission))
    page = customer.get().content.decode()
    assert "Check your details" in page
    assert VALUES["name"] in page
    reply = customer.post("details/", {**TYPED, "name": "Another Person"})
    assert reply.status_code == 422
    assert "differ from what we read" in reply.content.decode()
    assert customer.post("details/", {**TYPED, "name": "Another Person", "compared": "1"}).status_code == 302
    assert reload(submission).values["name"] == "Another Person"
    assert steps(customer)["details"] == "done"


def test_help_is_noted_with_the_step_and_alerts_the_agent(submission: Submission) -> None:
    customer = started(submission)
    customer.get()
    customer.post("help/", {"step": "id_front", "text": "The camera is black."})
    row = customer.row
    assert (row.help_step, row.help_text) == ("id_front", "The camera is black.")
    assert Alert.objects.get().person == submission.created_by
    shows(customer, "You asked for help at")
    agent = sign_in(customer.client.__class__(), submission.created_by)
    page = agent.get(f"/submissions/{submission.pk}/").content.decode()
    assert "The camera is black." in page
    agent.post(f"/submissions/{submission.pk}/invitation/helped/")
    assert customer.row.help_at is None
    assert {"invitation_help", "invitation_helped"} <= set(kinds(submission))
    assert "black" not in str(Event.objects.values_list("fields", flat=True))


def test_invitation_is_mailed_with_the_link_and_without_names(submission: Submission) -> None:
    invitation, url = links.create(submission, by=by(submission.created_by))
    links.mail(invitation, url, by=by(submission.created_by))
    assert send.send_next()
    (letter,) = mail.outbox
    assert url in str(letter.body)
    assert submission.values["email"] not in str(letter.body)
    assert Invitation.objects.get().mailed_at


def test_the_page_that_shows_a_link_mails_that_link(submission: Submission) -> None:
    agent = sign_in(opened(submission).client.__class__(), submission.created_by)
    page = f"/submissions/{submission.pk}/invitation/"
    shown = agent.post(page, {"how": "show"}, headers={"hx-request": "true"}).content.decode()
    url = shown.split('id="invitation-url"')[1].split('value="')[1].split('"')[0]
    agent.post(page, {"how": "mail", "url": url}, headers={"hx-request": "true"})
    assert send.send_next()
    assert url in str(mail.outbox[0].body)
    assert Invitation.objects.standing().count() == 1
    assert Event.objects.filter(kind="invitation_made").count() == 2, "no further one was created"


def test_a_new_link_moves_the_capture_to_another_phone(submission: Submission) -> None:
    old = started(submission)
    new = started(submission)
    assert old.get().status_code == 404
    assert new.get().status_code == 200
    assert kinds(submission)[-3:] == ["invitation_revoked", "invitation_made", "invitation_opened"]


@pytest.mark.parametrize("status", [status for status in Status if status not in CAPTURING])
def test_it_is_offered_only_while_the_submission_is_captured(status: Status) -> None:
    submission = Submission(status=status)
    assert links.is_offered(submission) is (status in (Status.STEP1_SENDING, Status.STEP2_SENDING))


@pytest.mark.slow
def test_clean_steps_are_sent_where_the_project_says_so(submission: Submission) -> None:
    Project.objects.update(sends_clean_steps=True)
    submission = reload(submission)
    all_of_it(started(submission))
    submission = reload(submission)
    assert (submission.status, submission.wants_step2) == (Status.STEP1_SENDING, True)
    submission = answer_step1(submission)
    assert submission.status == Status.STEP2_SENDING
    assert submission.calls.get(kind=CallKind.STEP2).prepared_by is None


@pytest.mark.slow
def test_a_retry_is_never_sent_automatically_and_the_agent_reads_why(submission: Submission) -> None:
    Project.objects.update(sends_clean_steps=True)
    customer = started(reload(submission))
    all_of_it(customer)
    answer_step1(reload(submission))
    answer_step2(reload(submission), "incomplete", retry_count=1, retries=(retry("liveness_error"),))
    assert customer.send("selfie", selfie_jpeg((1000, 750))).status_code == 302
    assert customer.post("submit/").status_code == 302
    assert reload(submission).status == Status.INCOMPLETE
    assert customer.row.stopped == "follow_retry"
    agent = sign_in(customer.client.__class__(), submission.created_by)
    page = agent.get(f"/submissions/{submission.pk}/").content.decode()
    assert "Not sent automatically: A retry uses another attempt." in page


def test_expiry_is_the_projects_and_after_step1_the_limits(submission: Submission) -> None:
    invitation = invite(submission).invitation
    assert round((invitation.ends_at - clock.now()).total_seconds() / 3600) == 24
    submission.deadline_at = clock.now()
    assert not invitation.is_standing


def test_language_stays_with_the_link(submission: Submission) -> None:
    customer = started(submission)
    chosen = customer.client.post("/phone/language/", {"language": "vi", "next": customer.page})
    assert chosen.headers["Location"] == customer.page
    assert '<html lang="vi"' in customer.get().content.decode()
    assert (customer.row.language, reload(submission).customer_language) == ("vi", "vi")
    del customer.client.cookies["customer-language"]
    assert '<html lang="vi"' in customer.get().content.decode()
    moved = opened(reload(submission))
    assert '<html lang="vi"' in moved.get().content.decode()
    assert moved.post("start/").status_code == 302
    assert moved.row.language == "vi"


def test_a_message_after_the_choice_is_in_that_language(submission: Submission) -> None:
    customer = started(submission)
    customer.client.cookies["customer-language"] = "ja"
    customer.get()
    assert customer_queue.language_of(reload(submission)) == "ja"


def test_only_the_phone_that_started_changes_the_languages(submission: Submission) -> None:
    customer, other = started(submission), Client()
    other.cookies["invitation-token"], other.cookies["customer-language"] = customer.token, "ar"
    assert other.get(customer.page).status_code == 403
    assert customer.row.language == "en"
