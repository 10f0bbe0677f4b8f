"""The part of a number that each user sees, and that everything more requires a reason."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from submissions.audit import events
from submissions.capture.fields import merge
from submissions.core import clock, masking
from submissions.models import Event, Role, Status, Submission, User
from submissions.review.workload import claims
from tests import factories

NUMBER = "900203-2345672"


@pytest.mark.parametrize(
    ("name", "value", "hidden", "at_work"),
    [
        ("document_number", "M12345678", "•••••••78", "M12345678"),
        ("identity_number", NUMBER, "900203-•••••••", "900203-•••••••"),
        ("identity_number", "9002032345672", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "900203-2******", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "900203 - 2345672", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "900203–2345672", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "９００２０３－２３４５６７２", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "900203\u00a0\u200b\u2212 2345672", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "90 02 03 / 2 345 672.", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "주민번호 900203-2345672", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "900203 − 2 ******", "900203-•••••••", "900203-•••••••"),
        ("identity_number", "1234 5678 9012", "••••••••••••12", "1234 5678 9012"),
        ("identity_number", "X-1234567", "•••••••67", "X-1234567"),
        ("identity_number", "12", "12", "12"),
        ("name", NUMBER, NUMBER, NUMBER),
    ],
)
def test_what_is_shown(name: str, value: str, hidden: str, at_work: str) -> None:
    assert masking.masked(name, value) == hidden
    assert masking.while_working(name, value) == at_work


def test_a_field_left_as_shown_is_not_typed() -> None:
    given = merge.read({"identity_number": "900203-•••••••", "name": "A"}, ["identity_number", "name"])
    assert given.typed == {"name": "A"}


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def agent(self) -> User:
        return factories.make_user()

    @pytest.fixture
    def officer(self) -> User:
        return factories.make_user(Role.OFFICER)

    def korean(self, agent: User, status: Status) -> Submission:
        submission = factories.make_at(Status.DRAFT, agent, identity_number=NUMBER)
        Submission.objects.filter(pk=submission.pk).update(id_type="government_id")
        if status == Status.DRAFT:
            return factories.reload(submission)
        return factories.make_at(status, agent, identity_number=NUMBER)

    def test_capturing_shows_no_back_digits_and_saving_keeps_them(self, client: Client, agent: User) -> None:
        submission = self.korean(agent, Status.DRAFT)
        client.force_login(agent)
        page = client.get(f"/submissions/{submission.pk}/").content.decode()
        assert "2345672" not in page
        assert 'value="900203-•••••••"' in page
        typed = {"identity_number": "900203-•••••••", "name": "New Name", "version": submission.draft_version}
        client.post(f"/submissions/{submission.pk}/values/", typed)
        assert factories.reload(submission).values["identity_number"] == NUMBER
        assert factories.reload(submission).values["name"] == "New Name"

    def test_claim_shows_no_back_digits_without_a_reason(self, client: Client, agent: User, officer: User) -> None:
        submission = self.korean(agent, Status.PENDING)
        factories.sign_in(client, officer)
        claims.claim(submission, by=factories.by(officer))
        page = client.get(f"/review/{submission.pk}/").content.decode()
        assert "2345672" not in page
        assert "Reason to reveal the masked digits" in page
        shown = client.post(f"/submissions/{submission.pk}/reveal/", {"reason": "compare with the card"})
        assert NUMBER in shown.content.decode()

    def test_reveal_wants_a_reason_and_keeps_it_sealed(self, client: Client, agent: User, officer: User) -> None:
        submission = self.korean(agent, Status.PENDING)
        factories.sign_in(client, officer)
        for reason in ("", "   ", "abc"):
            client.post(f"/submissions/{submission.pk}/reveal/", {"reason": reason})
        assert not Event.objects.filter(kind="revealed").exists()
        client.post(f"/submissions/{submission.pk}/reveal/", {"reason": "the customer asked"})
        event = Event.objects.get(kind="revealed")
        assert (event.actor_id, event.submission_id, event.address) == (officer.pk, submission.pk, "127.0.0.1")
        assert "customer" not in str(event.fields)
        assert events.reason_of(event, submission) == "the customer asked"

    def test_administrator_reveals_nothing(self, client: Client, agent: User) -> None:
        submission = self.korean(agent, Status.PENDING)
        client.force_login(factories.make_user(Role.ADMINISTRATOR))
        reply = client.post(f"/submissions/{submission.pk}/reveal/", {"reason": "I am curious"})
        assert reply.status_code == 403

    def opened(self, client: Client, submission: Submission) -> list[str]:
        reply: Any = client.post(f"/submissions/{submission.pk}/reveal/", {"reason": "the customer asked"})
        return [f"/images/{image.pk}/?why={key}" for image, key in reply.context["revealed_images"]]

    def test_image_opens_with_a_reason_for_five_minutes(self, client: Client, agent: User, officer: User) -> None:
        submission = self.korean(agent, Status.PENDING)
        factories.sign_in(client, officer)
        image = submission.images.first()
        assert client.get(f"/images/{image.pk}/").status_code == 403
        addresses = self.opened(client, submission)
        assert len(addresses) == 2
        assert client.get(addresses[0]).status_code == 200
        event = Event.objects.get(kind="image_opened")
        assert event.purpose == "reveal"
        assert event.fields["reason_of_event"] == Event.objects.get(kind="revealed").pk
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            assert client.get(addresses[0]).status_code == 403

    def test_the_key_is_for_one_person_and_one_image(self, client: Client, agent: User, officer: User) -> None:
        submission = self.korean(agent, Status.PENDING)
        factories.sign_in(client, officer)
        first, second = self.opened(client, submission)
        assert client.get(first.split("?")[0] + "?" + second.split("?")[1]).status_code == 403
        other = Client()
        factories.sign_in(other, factories.make_user(Role.OFFICER))
        assert other.get(first).status_code == 403
        elsewhere = Client()
        elsewhere.force_login(factories.make_user(team=factories.make_team("Elsewhere")))
        assert elsewhere.get(first).status_code == 404


@pytest.mark.parametrize(
    ("value", "told"),
    [(NUMBER, "••••••-•••••••"), ("9002032345672", "••••••-•••••••"), ("M12345678", "•••••••78"), ("M1", "M1")],
)
def test_export_without_names_tells_nothing_of_a_resident_number(value: str, told: str) -> None:
    assert masking.nameless(value) == told
