"""The agent asks the customer for another photo before anything is sent."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from submissions.capture import overrides, submit
from submissions.capture.imaging import advice
from submissions.customer_messages import send
from submissions.invitations import links, retakes
from submissions.invitations.steps import Progress
from submissions.models import CustomerMessage, Event, ImageKind, Note, Occasion, Project, Status, Submission
from submissions.workflow.transitions import StaleSubmission
from tests.factories import _retry as retry
from tests.factories import (
    answer_step1,
    answer_step2,
    attach_image,
    by,
    make_draft,
    make_user,
    reload,
    sign_in,
)
from tests.pictures import selfie_jpeg
from tests.submissions.invitations.customer import TYPED, Customer, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    """Return the phone of a customer who has submitted everything."""
    submission = make_draft(make_user(), images=False)
    phone = started(submission)
    for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE):
        image = attach_image(submission, kind, submission.created_by)
        image.invitation = phone.invitation
        image.save()
    assert phone.post("submit/").status_code == 302
    return phone


def submission_of(customer: Customer) -> Submission:
    return reload(customer.invitation.submission)


def current(customer: Customer, kind: str = "selfie") -> str:
    return str(submission_of(customer).images.get(kind=kind, is_current=True).pk)


def ask(customer: Customer, reason: str = "asked_face", kind: str = "selfie", **data: str) -> str:
    """Press the agent's button; return the page's card."""
    submission = submission_of(customer)
    agent = sign_in(Client(), submission.created_by)
    posted = {"kind": kind, "image": current(customer, kind), "reason": reason, **data}
    page = f"/submissions/{submission.pk}/invitation/again/"
    return str(agent.post(page, posted, headers={"hx-request": "true"}).content.decode())


def test_the_phone_asks_for_it_with_the_reason_in_the_customers_language(customer: Customer) -> None:
    seen = customer.client.get(f"{customer.page}state/?seen=0-0-1")
    assert seen.status_code == 204, "the waiting page has no news"
    card = ask(customer, "asked_cut", "id_front")
    assert "Another photo was requested: cut off" in card
    assert customer.client.get(f"{customer.page}state/?seen=0-0-1").status_code == 200
    page = customer.get().content.decode()
    assert "Take a photo of the front of your ID" in page
    assert "We need this photo once more" in page
    assert "A part is cut off." in page
    customer.client.cookies["customer-language"] = "vi"
    assert "Một phần bị cắt mất." in customer.get().content.decode()


@pytest.mark.parametrize("kind", ["selfie", "id_front", "address"])
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans", "vi", "ja", "ar"])
def test_every_reason_has_a_sentence_for_the_customer(language: str, kind: str) -> None:
    with translation.override(language):
        to_customer = {code: advice.sentence(code, kind, to_customer=True) for code in retakes.reasons(kind)}
        to_staff = {code: advice.sentence(code, kind) for code in retakes.reasons(kind)}
    assert all(to_customer[code] not in (code, to_staff[code]) for code in to_customer)
    assert not [code for code, text in to_staff.items() if code in text]


def test_it_costs_no_attempt_and_the_next_photo_ends_it(customer: Customer) -> None:
    ask(customer)
    submission = submission_of(customer)
    assert (submission.tries_used, submission.calls.count(), submission.status) == (0, 0, Status.DRAFT)
    assert not Progress(customer.row).is_ready
    assert customer.send("selfie", selfie_jpeg((1000, 750))).status_code == 302
    assert customer.post("submit/").status_code == 302
    assert Progress(customer.row).is_ready
    assert submit.known_to_stop(submission_of(customer)) == ()


def test_it_is_recorded_without_the_note_which_only_colleagues_read(customer: Customer) -> None:
    ask(customer, "asked_other", note="Her hair covers one eye.")
    event = Event.objects.get(kind="photo_asked_again")
    assert (event.fields["image_kind"], event.fields["why"]) == ("selfie", "asked_other")
    assert "hair" not in str(Event.objects.values_list("fields", flat=True))
    assert Note.objects.get().submission_id == customer.invitation.submission_id
    assert "hair" not in customer.get().content.decode()


def test_the_photo_is_not_sent_unless_the_agent_gives_a_reason(customer: Customer) -> None:
    ask(customer)
    submission = submission_of(customer)
    (stop,) = submit.known_to_stop(submission)
    assert (stop.field, stop.message) == ("selfie", "Another photo was requested: face not visible.")
    overrides.save_reasons(submission, {stop.code: "The customer has no other camera."}, by=by(submission.created_by))
    assert submit.known_to_stop(reload(submission)) == ()
    assert Progress(customer.row).step("selfie").is_open is False  # type: ignore[union-attr]


def test_step2_does_not_follow_step1_with_the_photo_that_is_asked_for_again(customer: Customer) -> None:
    submission = submission_of(customer)
    submit.send_step1(submission, by=by(submission.created_by), wants_step2=True)
    submission.images.filter(kind="selfie").update(findings=["asked_face"])
    answer_step1(submission_of(customer))
    assert (submission_of(customer).status, submission_of(customer).notice) == (Status.CONFIRMING, "follow_findings")


def test_only_the_present_photo_of_the_customer_is_asked_for_and_once(customer: Customer) -> None:
    submission, agent = submission_of(customer), by(make_user())
    old = current(customer)
    assert customer.send("selfie", selfie_jpeg((1000, 750))).status_code == 302
    invitation = links.standing(submission)
    assert invitation is not None
    with pytest.raises(StaleSubmission):
        retakes.ask(invitation, ImageKind.SELFIE, old, "asked_face", by=agent)
    retakes.ask(invitation, ImageKind.SELFIE, current(customer), "asked_face", by=agent)
    with pytest.raises(StaleSubmission):
        retakes.ask(invitation, ImageKind.SELFIE, current(customer), "asked_cut", by=agent)
    attach_image(submission, ImageKind.SELFIE, submission.created_by)
    with pytest.raises(StaleSubmission):
        retakes.ask(invitation, ImageKind.SELFIE, current(customer), "asked_face", by=agent)


def test_a_sent_photo_or_a_revoked_link_is_too_late(customer: Customer) -> None:
    submission = submission_of(customer)
    submit.send_step1(submission, by=by(submission.created_by))
    assert "replaced or sent in the meantime" in ask(customer, "asked_cut", "id_front")
    answer_step1(submission_of(customer))
    assert "replaced or sent in the meantime" in ask(customer, "asked_cut", "id_front")
    links.revoke(submission, by=by(submission.created_by))
    assert "no valid link" in ask(customer)
    assert not Event.objects.filter(kind="photo_asked_again").exists()


def test_a_retry_of_argos_is_asked_for_by_argos_only(customer: Customer) -> None:
    submission = submission_of(customer)
    submit.send_step1(submission, by=by(submission.created_by))
    answer_step1(submission_of(customer))
    assert customer.post("details/", {**TYPED, "compared": "1"}).status_code == 302
    submit.send_step2(submission_of(customer), by=by(submission.created_by))
    answer_step2(submission_of(customer), "incomplete", retry_count=1, retries=(retry("liveness_error"),))
    assert "replaced or sent in the meantime" in ask(customer)
    assert "whole face, some space around it" in customer.get().content.decode()


def test_an_unknown_reason_is_refused_and_another_link_asks_too(customer: Customer) -> None:
    assert "Choose a reason" in ask(customer, "asked_glare"), "a selfie has no such reason"
    ask(customer, "asked_blurred")
    moved = started(submission_of(customer))
    assert "The photo is blurred." in moved.get().content.decode()


def test_a_customer_who_left_after_submit_receives_the_message_once(customer: Customer) -> None:
    Project.objects.update(automatic_messages=[Occasion.RETRY])
    ask(customer, "asked_cut", "id_front")
    ask(customer)
    message = CustomerMessage.objects.get()
    assert message.occasion == Occasion.RETRY
    CustomerMessage.objects.update(due_at=message.created_at)
    assert send.send_next()
    assert "We need another photo" in mail.outbox[0].subject


def test_the_message_is_not_sent_when_the_photo_has_arrived(customer: Customer) -> None:
    Project.objects.update(automatic_messages=[Occasion.RETRY])
    ask(customer)
    assert customer.send("selfie", selfie_jpeg((1000, 750))).status_code == 302
    CustomerMessage.objects.update(due_at=CustomerMessage.objects.get().created_at)
    assert send.send_next()
    assert CustomerMessage.objects.get().state == "cancelled"
    assert mail.outbox == []
