"""Invitations by the texts of the project: the link, the reminder before it ends, and the link in later messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import translation

from submissions.core import clock
from submissions.customer_messages import invitations
from submissions.invitations import links
from submissions.models import Channel, CustomerMessage, Invitation, Project, Status, Submission
from submissions.workflow import customer_queue
from tests.factories import by, make_draft, make_user, reload
from tests.receiver import Receiver
from tests.submissions.customer_messages.conftest import use_gateway
from tests.submissions.customer_messages.sending import send_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(project: Project) -> Submission:
    project.automatic_messages = ["reminder", "retry"]
    project.save()
    return make_draft(make_user(), project, contact_phone="010-1234-5678")


def invite(submission: Submission, channel: Channel = Channel.EMAIL) -> str:
    invitation, url = links.create(submission, by=by(submission.created_by))
    links.mail(invitation, url, by=by(submission.created_by), channel=channel)
    assert send_all() == 1
    return url


@contextmanager
def later(**delta: float) -> Iterator[None]:
    with time_machine.travel(clock.now() + timedelta(**delta)):
        yield


def occasions() -> list[str]:
    return list(CustomerMessage.objects.order_by("created_at").values_list("occasion", flat=True))


def test_invitation_by_email_has_the_link_as_a_button(submission: Submission) -> None:
    url = invite(submission)
    [letter] = mail.outbox
    [(html, _type)] = letter.alternatives  # type: ignore[attr-defined]
    assert f'<a href="{url}"><strong>Open identity check</strong></a>' in html
    assert str(letter.body).count(url) == 1
    assert "The link is valid until" in str(letter.body)


def test_invitation_by_text_message(submission: Submission, gateway: Receiver) -> None:
    use_gateway(submission.project, gateway)
    url = invite(submission, Channel.TEXT)
    [got] = gateway.got
    assert url in got.body
    assert "01012345678" in got.body
    assert mail.outbox == []


def test_customer_without_a_number_gets_no_text_message(submission: Submission, gateway: Receiver) -> None:
    use_gateway(submission.project, gateway)
    submission.values = {**submission.values, "contact_phone": "none"}
    submission.save()
    invitation, url = links.create(submission, by=by(submission.created_by))
    with pytest.raises(links.NotMailed):
        links.mail(invitation, url, by=by(submission.created_by), channel=Channel.TEXT)
    assert occasions() == []


def test_link_is_encrypted_and_removed_with_the_end_of_the_invitation(submission: Submission) -> None:
    url = invite(submission)
    row = CustomerMessage.objects.get()
    assert (row.content["link"], row.has_link) == (url, True)
    assert url not in row.content["text"]
    assert invitations.forget_links() == 0
    with later(hours=25):
        assert invitations.forget_links() == 1
    row = CustomerMessage.objects.get()
    assert (row.has_link, "link" in row.content, row.content["to"]) == (False, False, submission.values["email"])


def test_customer_who_has_not_finished_is_reminded_once_with_the_link(submission: Submission) -> None:
    url = invite(submission)
    with later(hours=19):
        assert invitations.remind_due() == 0
    with later(hours=21):
        assert invitations.remind_due() == 1
        assert invitations.remind_due() == 0
        assert send_all() == 1
    assert occasions() == ["invitation", "reminder"]
    assert mail.outbox[1].subject == "Reminder: please complete your identity check"
    assert url in str(mail.outbox[1].body)


def test_customer_who_submitted_is_not_reminded(submission: Submission) -> None:
    invite(submission)
    Invitation.objects.update(submitted_at=clock.now())
    with later(hours=21):
        assert invitations.remind_due() == 0


def test_revoked_invitation_is_not_reminded_of(submission: Submission) -> None:
    invite(submission)
    links.revoke(submission, by=by(submission.created_by))
    with later(hours=21):
        assert invitations.remind_due() == 0


def test_reminder_that_is_not_needed_any_more_is_not_sent(submission: Submission) -> None:
    invite(submission)
    with later(hours=21):
        assert invitations.remind_due() == 1
        Invitation.objects.update(submitted_at=clock.now())
        send_all()
    assert CustomerMessage.objects.get(occasion="reminder").state == "cancelled"


def test_no_reminder_where_the_project_sends_none(submission: Submission) -> None:
    invite(submission)
    Project.objects.update(automatic_messages=[])
    with later(hours=21):
        assert invitations.remind_due() == 0


def test_retry_repeats_the_link_of_the_open_invitation(submission: Submission) -> None:
    url = invite(submission)
    Submission.objects.update(status=Status.STEP1_RETRY)
    customer_queue.queue(reload(submission), customer_queue.Occasion.RETRY)
    send_all()
    assert url in str(mail.outbox[1].body)


def test_language_of_the_phone_is_the_customers(submission: Submission) -> None:
    invitation, _url = links.create(submission, by=by(submission.created_by))
    with translation.override("vi"):
        links.start(invitation, by=by(submission.created_by))
    assert customer_queue.language_of(reload(submission)) == "vi"
