"""Alerts: at 4 h, 1 h and 15 min, their recipients, on the page, and by a real SMTP server that may be down."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client

from kycportal.run import free_port
from submissions.core import clock
from submissions.models import Alert, Role, Status, Submission, User
from submissions.review.workload import claims
from submissions.workflow import alerts, deadlines
from tests.factories import VALUES, by, make_at, make_team, make_user, reload

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def post(settings: Any) -> Iterator[Controller]:
    """Configure an SMTP server on a free port, not started yet."""
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", controller.port, 5
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.PUBLIC_URL = "https://portal.example"
    yield controller
    if controller._thread is not None:
        controller.stop()


def near(submission: Submission, left: timedelta) -> Submission:
    """Return a submission whose deadline is in `left`, with its alert due now."""
    column = "target_at" if submission.status == Status.PENDING else "deadline_at"
    Submission.objects.filter(pk=submission.pk).update(**{column: clock.now() + left, "next_alert_at": clock.now()})
    return reload(submission)


def alert_kinds(submission: Submission) -> set[str]:
    return set(Alert.objects.filter(submission=submission).values_list("person__username", flat=True))


@pytest.mark.parametrize(("left", "kind"), list(zip(deadlines.ALERTS, ["240", "60", "15"], strict=True)))
def test_each_threshold_is_told_once(left: timedelta, kind: str) -> None:
    submission = near(make_at(Status.CONFIRMING), left)
    make_user(Role.MANAGER)
    assert alerts.raise_due() == 1
    assert alerts.raise_due() == 0
    assert set(Alert.objects.values_list("kind", flat=True)) == {f"deadline_{kind}"}
    following = reload(submission).next_alert_at
    expected = deadlines.next_alert(reload(submission).deadline_at)
    assert following == expected


def test_alert_without_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="many_rejected: not in SENTENCES"):
        alerts.notify(make_at(Status.CONFIRMING), "many_rejected", clock.now())


def test_every_alert_of_a_clock_has_a_sentence() -> None:
    minutes = [int(before.total_seconds() // 60) for before in deadlines.ALERTS]
    assert {f"{subject}_{left}" for subject in ("deadline", "target") for left in minutes} <= alerts.SENTENCES.keys()


def test_deadline_goes_to_the_capturing_agent_and_the_teams_manager() -> None:
    agent, colleague = make_user(), make_user()
    theirs, other = make_user(Role.MANAGER, team=make_team()), make_user(Role.MANAGER, team=make_team("Elsewhere"))
    submission = near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50))
    alerts.raise_due()
    assert alert_kinds(submission) == {agent.username, theirs.username}
    assert {colleague.username, other.username}.isdisjoint(alert_kinds(submission))


def test_target_goes_to_the_holder_of_the_claim() -> None:
    holder, other = make_user(Role.OFFICER), make_user(Role.OFFICER)
    pending = make_at(Status.PENDING)
    claims.claim(pending, by=by(holder))
    near(pending, timedelta(minutes=50))
    alerts.raise_due()
    assert alert_kinds(pending) == {holder.username}
    assert other.username not in alert_kinds(pending)


def test_target_of_an_unclaimed_one_goes_to_every_officer_who_may_decide() -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    pending = near(make_at(Status.PENDING), timedelta(minutes=10))
    alerts.raise_due()
    assert alert_kinds(pending) == {officer.username, manager.username}
    assert pending.created_by.username not in alert_kinds(pending)


def test_page_announces_an_alert_and_asks_for_new_ones_only() -> None:
    agent = make_user()
    submission = near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50))
    client = browser(agent)
    assert 'aria-live="polite"' in client.get("/submissions/").content.decode()
    before = client.get("/unread/alerts/?newest=0")
    assert before.status_code == 204
    alerts.raise_due()
    part = client.get("/unread/alerts/?newest=0")
    assert submission.reference in part.content.decode()
    assert "in 1 hour" in part.content.decode()
    newest = Alert.objects.get().pk
    assert client.get(f"/unread/alerts/?newest={newest}").status_code == 204
    client.post("/alerts/seen/", {"next": "/submissions/", "alert": newest})
    assert client.get(f"/unread/alerts/?newest={newest}").status_code == 200


def test_agent_of_another_team_now_is_told_nothing_more() -> None:
    agent = make_user()
    submission = near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50))
    alerts.raise_due()
    assert alerts.unseen(agent)
    agent.team = make_team("Elsewhere")
    agent.save()
    assert alerts.unseen(agent) == []
    assert submission.reference not in browser(agent).get("/").content.decode()
    assert agent not in alerts.people(reload(submission))


def ids(page: str, name: str) -> list[str]:
    """Return the values that the page's form would post under this name."""
    return re.findall(rf'name="{name}" value="([0-9]+)"', page)


@pytest.mark.parametrize(("path", "to"), [("/unread/alerts/", "/alerts/seen/"), ("/unread/", "/unread/seen/")])
def test_seen_is_what_the_page_showed(path: str, to: str) -> None:
    agent, other = make_user(), make_user()
    submission = make_at(Status.CONFIRMING, agent)
    due = [clock.now() + timedelta(minutes=minute) for minute in range(25)]
    rows = [
        Alert(submission=submission, person=person, kind="late", due_at=at) for person in (agent, other) for at in due
    ]
    Alert.objects.bulk_create(rows)
    client = browser(agent)
    shown = set(ids(client.get(path).content.decode(), "alert"))
    assert len(shown) == 20
    since = Alert.objects.create(submission=submission, person=agent, kind="since")
    client.post(to, {"alert": [*shown, str(since.pk + 1), "9" * 40, "junk"]})
    left = Alert.objects.filter(person=agent, seen_at=None)
    assert (left.count(), left.filter(pk=since.pk).exists()) == (6, True)
    assert Alert.objects.filter(person=other, seen_at=None).count() == 25


def test_mail_names_the_reference_and_nothing_of_the_customer(post: Controller) -> None:
    agent = make_user()
    submission = near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50))
    post.start()
    alerts.raise_due()
    mail = post.handler.mails[0]
    text = str(mail)
    assert mail["To"] == agent.email
    assert submission.reference in mail["Subject"]
    assert f"https://portal.example/submissions/{submission.pk}/" in mail.get_body(("plain",)).get_content()
    assert not any(value in text for value in VALUES.values())
    alerts.send_mails()
    assert len(post.handler.mails) == 1


def test_several_alerts_are_one_mail(post: Controller) -> None:
    agent = make_user()
    references = [near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50)).reference for _each in range(3)]
    post.start()
    alerts.raise_due()
    assert len(post.handler.mails) == 1
    assert all(reference in post.handler.mails[0].get_body(("plain",)).get_content() for reference in references)


def test_server_that_is_down_is_tried_again_and_the_page_shows_it_anyway(post: Controller) -> None:
    agent = make_user()
    submission = near(make_at(Status.CONFIRMING, agent), timedelta(minutes=50))
    assert alerts.raise_due() == 1
    assert Alert.objects.get().mailed_at is None
    assert submission.reference in browser(agent).get("/submissions/").content.decode()
    post.start()
    assert alerts.send_mails() == 1
    assert len(post.handler.mails) == 1


def test_one_refused_address_does_not_keep_the_others(post: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, mate = make_user(), make_user()
    submission = make_at(Status.CONFIRMING, agent)
    submission.capturers.create(user=mate)
    near(submission, timedelta(minutes=50))

    async def refuse(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == agent.email:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(Mailbox, "handle_RCPT", lambda self, *given: refuse(*given), raising=False)
    post.start()
    alerts.raise_due()
    assert [mail["To"] for mail in post.handler.mails] == [mate.email]
    assert Alert.objects.get(person=agent).mailed_at is None


def test_mail_that_never_left_is_given_up_after_an_hour(post: Controller) -> None:
    near(make_at(Status.CONFIRMING), timedelta(minutes=50))
    alerts.raise_due()
    Alert.objects.update(created_at=clock.now() - alerts.MAIL_RETRY_FOR - timedelta(minutes=1))
    post.start()
    assert alerts.send_mails() == 0


def test_alert_read_after_the_due_time_says_that_it_has_passed() -> None:
    submission, manager = make_at(Status.PENDING), make_user(Role.MANAGER)
    soon, past = clock.now() + timedelta(minutes=9), clock.now() - timedelta(minutes=1)
    make = {"submission": submission, "person": manager}
    assert alerts.text_now(Alert(kind="target_15", due_at=soon, **make)) == "Due in 15 minutes"
    assert alerts.text_now(Alert(kind="target_15", due_at=past, **make)) == "Overdue"
    assert alerts.text_now(Alert(kind="deadline_60", due_at=past, **make)) == "24-hour limit passed"
    assert alerts.text_now(Alert(kind="aml_hit", due_at=past, **make)) == "Possible AML match, review needed"


def test_later_alert_of_a_countdown_replaces_the_unread_earlier_one() -> None:
    submission, manager = near(make_at(Status.CONFIRMING), timedelta(minutes=50)), make_user(Role.MANAGER)
    alerts.notify(submission, "call_stuck", clock.now())
    alerts.raise_due()
    near(submission, timedelta(minutes=10))
    alerts.raise_due()
    assert [alert.kind for alert in alerts.unseen(manager)] == ["deadline_15", "call_stuck"]
