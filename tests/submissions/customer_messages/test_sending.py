"""Sending: content, channels, outcomes, attempts, and that nothing is sent twice."""

import json
import smtplib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.customer_messages import occasions, send
from submissions.models import CustomerMessage, Event, Project, Status, Submission, Switch
from submissions.privacy import data_subject_export, erasure
from tests.factories import by, make_at, reload
from tests.receiver import Receiver
from tests.submissions.customer_messages.conftest import use_gateway
from tests.submissions.customer_messages.sending import send_all

pytestmark = pytest.mark.django_db


def write(submission: Submission, occasion: str, channel: str = "email", language: str = "en") -> CustomerMessage:
    return occasions.write(submission, occasion, channel, language, by=by(submission.created_by))


def test_email_in_the_customers_language(project: Project) -> None:
    submission = make_at(Status.REJECTED, project=project)
    CustomerMessage.objects.update(language="ko")
    assert send_all() == 1
    [letter] = mail.outbox
    assert letter.to == [submission.values["email"]]
    assert letter.subject == "본인 확인 안내"
    assert "본인 확인을 완료하지 못했습니다." in str(letter.body)
    assert submission.reference in str(letter.body)
    row = CustomerMessage.objects.get()
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")
    assert row.content["to"] == submission.values["email"]
    assert row.content["text"].endswith(submission.reference)
    assert Event.objects.get(kind="customer_message_sent").fields == {
        "occasion": "rejected",
        "channel": "email",
        "language": "ko",
    }


def test_address_and_text_are_encrypted(project: Project) -> None:
    submission = make_at(Status.APPROVED, project=project)
    send_all()
    stored = bytes(CustomerMessage.objects.get().content_sealed or b"")
    assert submission.values["email"].encode() not in stored
    assert b"identity" not in stored


def test_own_text_is_sent(project: Project) -> None:
    submission = make_at(Status.APPROVED, project=project)
    project.customer_texts.create(
        occasion="approved",
        language="en",
        subject="Welcome",
        text="{company} says <hello>",
        changed_by=submission.created_by,
    )
    send_all()
    assert mail.outbox[0].subject == "Welcome"
    assert "Acme Bank says <hello>" in str(mail.outbox[0].body)
    [(html, _type)] = mail.outbox[0].alternatives  # type: ignore[attr-defined]
    assert "Acme Bank says &lt;hello&gt;" in html


def test_text_message_goes_to_the_gateway_of_the_project(project: Project, gateway: Receiver) -> None:
    use_gateway(project, gateway)
    project.gateway_sender, project.gateway_number_field = "0215991234", "recipient"
    project.save()
    submission = make_at(Status.APPROVED, project=project, contact_phone="+82 10-1234-5678")
    assert send_all() == 1
    [got] = gateway.got
    assert got.headers["authorization"] == "Bearer s3cret"
    assert json.loads(got.body) == {
        "recipient": "+821012345678",
        "from": "0215991234",
        "text": "[Acme Bank] Your identity check is complete. We could confirm your identity.\n"
        f"Questions: 02-123-4567\nReference: {submission.reference}",
    }
    row = CustomerMessage.objects.get()
    assert (row.state, row.provider_id, row.channel) == ("sent", "sms-1", "text")
    assert mail.outbox == []


def test_customer_without_a_number_receives_an_email(project: Project, gateway: Receiver) -> None:
    use_gateway(project, gateway)
    make_at(Status.APPROVED, project=project, contact_phone="ask at the desk")
    send_all()
    assert (len(mail.outbox), gateway.got) == (1, [])
    assert CustomerMessage.objects.get().channel == "email"


@pytest.mark.parametrize(
    ("status", "state", "error"),
    [
        (202, "sent", ""),
        (400, "failed", "gateway_refused"),
        (401, "failed", "gateway_refused"),
        (302, "failed", "gateway_refused"),
        (429, "waiting", "gateway_busy"),
        (503, "waiting", "gateway_busy"),
        (500, "unknown", "gateway_error"),
        ("cut", "unknown", "broken_off"),
    ],
)
def test_reply_of_the_gateway_decides(
    project: Project, gateway: Receiver, status: int | str, state: str, error: str
) -> None:
    use_gateway(project, gateway)
    gateway.status = status
    make_at(Status.APPROVED, project=project, contact_phone="01012345678")
    assert send_all() == 1
    row = CustomerMessage.objects.get()
    assert (row.state, row.error, len(gateway.got)) == (state, error, 1)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        send_all()
    assert len(gateway.got) == (2 if state == "waiting" else 1)


def test_gateway_without_a_listener_is_tried_again(project: Project, gateway: Receiver) -> None:
    use_gateway(project, gateway)
    Project.objects.update(gateway_url="http://127.0.0.1:9/sms")
    make_at(Status.APPROVED, project=Project.objects.get(), contact_phone="01012345678")
    send_all()
    row = CustomerMessage.objects.get()
    assert (row.state, row.error) == ("waiting", "no_connection")
    assert timedelta(seconds=40) < row.due_at - clock.now() < timedelta(seconds=80)


def test_gateway_in_an_internal_network_is_refused(project: Project, gateway: Receiver) -> None:
    use_gateway(project, gateway)
    Project.objects.update(gateway_url="https://10.0.0.5/sms")
    make_at(Status.APPROVED, project=Project.objects.get(), contact_phone="01012345678")
    send_all()
    row = CustomerMessage.objects.get()
    assert (row.state, row.error) == ("failed", "gateway_address")


def test_message_is_given_up_after_a_day(project: Project, gateway: Receiver) -> None:
    use_gateway(project, gateway)
    gateway.status = 503
    make_at(Status.APPROVED, project=project, contact_phone="01012345678")
    send_all()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        send_all()
    assert CustomerMessage.objects.get().state == "failed"


def test_worker_that_dies_while_it_sends_leaves_a_message_that_is_not_repeated(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_at(Status.APPROVED, project=project)

    def die(row: CustomerMessage) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(send, "_send", die)
        with pytest.raises(KeyboardInterrupt):
            send.send_next()
    assert CustomerMessage.objects.get().state == "sending"
    assert send.lapse() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        assert send_all() == 0
        assert send.lapse() == 1
        assert send_all() == 0
    row = CustomerMessage.objects.get()
    assert (row.state, row.error, len(mail.outbox)) == ("unknown", "interrupted", 0)


class Refusing(EmailBackend):
    error: Exception

    def send_messages(self, messages: Any) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")}), "failed", "mail_refused"),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (450, b"greylisted")}), "waiting", "mail_busy"),
        (smtplib.SMTPDataError(554, b"spam"), "failed", "mail_refused"),
        (smtplib.SMTPServerDisconnected("gone"), "unknown", "broken_off"),
        (TimeoutError(), "unknown", "broken_off"),
    ],
)
def test_reply_of_the_mail_server_decides(
    project: Project, settings: Any, error: Exception, state: str, code: str
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    Refusing.error = error
    make_at(Status.APPROVED, project=project)
    send_all()
    row = CustomerMessage.objects.get()
    assert (row.state, row.error) == (state, code)


def test_mail_server_that_is_down_is_tried_again(project: Project, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    make_at(Status.APPROVED, project=project)
    send_all()
    row = CustomerMessage.objects.get()
    assert (row.state, row.error) == ("waiting", "no_connection")


def test_message_that_is_not_true_any_more_is_not_sent(project: Project) -> None:
    submission = make_at(Status.INCOMPLETE, project=project)
    Submission.objects.filter(pk=submission.pk).update(status=Status.STEP2_SENDING)
    send_all()
    assert (CustomerMessage.objects.get().state, mail.outbox) == ("cancelled", [])


def test_nothing_is_sent_while_a_restored_database_is_on_hold(project: Project) -> None:
    make_at(Status.APPROVED, project=project)
    Switch.read()
    Switch.objects.update(on_hold_since=clock.now())
    assert send_all() == 0
    assert CustomerMessage.objects.get().state == "waiting"


def test_agent_sends_at_once_and_replaces_the_message_that_waits(project: Project) -> None:
    submission = make_at(Status.APPROVED, project=project)
    CustomerMessage.objects.update(due_at=clock.now() + timedelta(hours=9))
    write(submission, "approved", language="ko")
    assert send_all() == 1
    states = CustomerMessage.objects.order_by("created_at").values_list("state", "language")
    assert list(states) == [("cancelled", "en"), ("sent", "ko")]
    assert reload(submission).customer_language == "ko"
    assert Event.objects.get(kind="customer_message_requested").actor_id == submission.created_by_id


@pytest.mark.parametrize(
    ("occasion", "channel", "language"),
    [
        ("rejected", "email", "en"),
        ("invitation", "email", "en"),
        ("approved", "text", "en"),
        ("approved", "email", "xx"),
        ("", "", ""),
    ],
)
def test_message_that_does_not_fit_is_refused(project: Project, occasion: str, channel: str, language: str) -> None:
    submission = make_at(Status.APPROVED, project=project)
    with pytest.raises(occasions.NotOffered):
        write(submission, occasion, channel, language)


def test_erasure_empties_the_message_and_cancels_what_waits(project: Project) -> None:
    submission = make_at(Status.APPROVED, project=project)
    send_all()
    write(submission, "approved")
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    rows = CustomerMessage.objects.order_by("created_at").values_list("state", "content_sealed")
    assert list(rows) == [("sent", None), ("cancelled", None)]
    assert send_all() == 0
    with pytest.raises(occasions.NotOffered):
        write(reload(submission), "approved")


def test_answer_to_a_data_subject_has_the_messages(project: Project) -> None:
    submission = make_at(Status.APPROVED, project=project)
    send_all()
    [told] = data_subject_export.held_on(submission)["messages_to_customer"]
    assert (told["occasion"], told["channel"], told["to"]) == ("approved", "email", submission.values["email"])
    assert told["text"].startswith("Your identity check is complete.")
