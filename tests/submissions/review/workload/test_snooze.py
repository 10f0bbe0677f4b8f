"""Snooze: out of "claim next" and the queue until a time, back at that time, by hand, or after an answer."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from submissions import tasks
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Alert, Event, Note, Role, Status, Submission, User
from submissions.review import questions
from submissions.review.workload import claims, snooze
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser, shown
from tests.factories import by, make_at, make_user, reload, set_target

pytestmark = pytest.mark.django_db

WHY = "Waiting for the customer's bank."


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


def pending(**target: float) -> Submission:
    submission = make_at(Status.PENDING)
    set_target(submission, **(target or {"hours": 8}))
    return reload(submission)


def snoozed(officer: User, hours: float = 2, **target: float) -> Submission:
    submission = pending(**target)
    until = clock.now() + timedelta(hours=hours)
    snooze.snooze(submission, until, WHY, by=by(officer), accepts_overdue=True)
    return submission


def typed(until: datetime, **fields: str) -> dict[str, str]:
    return {"until": f"{timezone.localtime(until):%Y-%m-%dT%H:%M}", "reason": WHY, **fields}


def test_snooze_leaves_the_queue_and_claim_next_and_the_tab_counts_it(officer: User) -> None:
    here, other = snoozed(officer), pending(hours=9)
    client = browser(officer)
    response = client.get("/review/?view=all")
    assert shown(response) == [other.reference]
    tabs = {tab.label: tab.count for tab in response.context["tabs"]}
    assert (tabs["All"], tabs["Snoozed"]) == ("1", "1")
    only = client.get("/review/?snoozed=1")
    assert shown(only) == [here.reference]
    assert "Snoozed until" in only.content.decode()
    assert claims.claim_next(by=by(officer)) == other
    assert claims.claim_next(by=by(make_user(Role.OFFICER))) is None


def test_snoozed_ones_are_under_the_filters_of_time_and_question_and_in_a_search(officer: User) -> None:
    here, client = snoozed(officer, hours=1), browser(officer)
    assert shown(client.get("/review/?left=4h")) == []
    set_target(here, hours=3)
    assert shown(client.get("/review/?left=4h")) == [here.reference]
    found = client.post("/review/show/", {"text": here.reference}, follow=True)
    assert here.reference in found.content.decode()


def test_snooze_is_audited_with_the_reason_as_a_note(officer: User) -> None:
    here = snoozed(officer)
    event = Event.objects.get(kind="snoozed", submission_id=here.pk)
    assert event.actor_id == officer.pk
    assert event.fields == {"until": here.snoozed_until.isoformat(timespec="minutes"), "is_after_target": False}
    assert Note.objects.get(submission=here).text == WHY
    assert (here.claimed_by, here.snoozed_by, here.assigned_to) == (None, officer, officer)


def test_snooze_of_a_claimed_one_ends_the_claim_and_keeps_the_assignee(officer: User) -> None:
    colleague = make_user(Role.OFFICER)
    submission = pending()
    claims.assign([submission.pk], colleague, by=by(make_user(Role.MANAGER)))
    claims.claim(reload(submission), by=by(officer))
    response = browser(officer).post(f"/review/{submission.pk}/snooze/", typed(clock.now() + timedelta(hours=1)))
    assert response.url == "/review/"
    row = reload(submission)
    assert (row.claimed_by, row.snoozed_by, row.assigned_to) == (None, officer, colleague)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_an_overdue_one_stays_in_the_queue_marked(officer: User, role: Role) -> None:
    here = snoozed(officer, hours=2, minutes=30)
    person = make_user(role)
    assert shown(browser(person).get("/review/?view=all")) == []
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=True):
        response = browser(person).get("/review/?view=all")
        assert shown(response) == [here.reference]
        assert "Snoozed until" in response.content.decode()
        assert shown(browser(person).get("/review/?left=over")) == [here.reference]


def test_a_time_after_the_target_is_asked_again_with_a_warning(officer: User) -> None:
    submission = pending(hours=1)
    client, until = browser(officer), clock.now() + timedelta(hours=2)
    path = f"/review/{submission.pk}/snooze/"
    refused = client.post(path, typed(until))
    assert refused.status_code == 422
    assert "The submission is due before this time." in refused.content.decode()
    assert WHY.replace("'", "&#x27;") in refused.content.decode()
    assert reload(submission).snoozed_until is None
    with pytest.raises(NotAllowed):
        snooze.snooze(submission, until, WHY, by=by(officer))
    assert client.post(path, typed(until, accepts_overdue="on")).status_code == 302
    assert reload(submission).is_snoozed
    assert Event.objects.get(kind="snoozed").fields["is_after_target"] is True
    page = client.get(f"/review/{submission.pk}/").content.decode()
    assert "The review target still applies" in page
    assert "The submission is due before the snooze ends." in page


@pytest.mark.parametrize("away", [timedelta(minutes=-5), timedelta(days=31)])
def test_a_time_outside_the_next_30_days_is_refused(officer: User, away: timedelta) -> None:
    submission = pending()
    response = browser(officer).post(f"/review/{submission.pk}/snooze/", typed(clock.now() + away))
    assert response.status_code == 422
    assert "Enter a time within the next 30 days." in response.content.decode()
    with pytest.raises(NotAllowed):
        snooze.snooze(submission, clock.now() + away, WHY, by=by(officer), accepts_overdue=True)
    assert reload(submission).snoozed_until is None


def test_what_a_colleague_has_claimed_is_not_snoozed(officer: User) -> None:
    submission = pending()
    claims.claim(submission, by=by(make_user(Role.OFFICER)))
    with pytest.raises(StaleSubmission):
        snooze.snooze(submission, clock.now() + timedelta(hours=1), WHY, by=by(officer))
    browser(officer).post(f"/review/{submission.pk}/snooze/", typed(clock.now() + timedelta(hours=1)))
    assert reload(submission).snoozed_until is None
    assert not Event.objects.filter(kind="snoozed").exists()
    assert not Note.objects.exists()


def test_the_capturer_cannot_snooze(officer: User) -> None:
    submission = pending()
    submission.capturers.create(user=officer)
    with pytest.raises(NotAllowed):
        snooze.snooze(submission, clock.now() + timedelta(hours=1), WHY, by=by(officer))


def test_it_returns_at_its_time_with_one_alert_to_the_officer(officer: User) -> None:
    here = snoozed(officer, hours=2)
    tasks.raise_alerts()
    assert reload(here).is_snoozed
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1), tick=True):
        assert shown(browser(officer).get("/review/?view=all")) == [here.reference]
        tasks.raise_alerts()
        tasks.raise_alerts()
    row = reload(here)
    assert (row.snoozed_until, row.snoozed_by) == (None, None)
    alert = Alert.objects.get(kind="snooze_ended")
    assert (alert.person, alert.submission, alert.page) == (officer, here, "review")
    assert [event.purpose for event in Event.objects.filter(kind="snooze_ended")] == ["time"]


def test_one_that_is_snoozed_again_while_its_time_ends_stays_snoozed(officer: User) -> None:
    """The worker has read the list of due ones before."""
    here = snoozed(officer)
    assert not snooze.end(reload(here), by=SYSTEM, why="time")
    assert reload(here).is_snoozed
    assert not Event.objects.filter(kind="snooze_ended").exists()


def test_by_hand_it_returns_at_once_and_a_colleague_is_not_silent(officer: User) -> None:
    own, others = snoozed(officer), snoozed(officer)
    assert browser(officer).post(f"/review/{own.pk}/unsnooze/").status_code == 302
    assert not Alert.objects.exists()
    browser(make_user(Role.MANAGER)).post(f"/review/{others.pk}/unsnooze/")
    assert Alert.objects.get(kind="snooze_ended").person == officer
    assert [event.purpose for event in Event.objects.filter(kind="snooze_ended")] == ["by_hand", "by_hand"]
    assert not Submission.objects.filter(snoozed_until__isnull=False).exists()
    browser(officer).post(f"/review/{own.pk}/unsnooze/")
    assert Event.objects.filter(kind="snooze_ended").count() == 2


def test_a_claim_ends_the_snooze(officer: User) -> None:
    here = snoozed(officer)
    claims.claim(reload(here), by=by(make_user(Role.OFFICER)))
    row = reload(here)
    assert (row.snoozed_until, row.snoozed_by) == (None, None)
    assert Event.objects.get(kind="snooze_ended").purpose == "claimed"


def test_an_answer_of_the_agent_ends_the_snooze(officer: User) -> None:
    submission = pending()
    claims.claim(submission, by=by(officer))
    question = questions.ask(reload(submission), "Is the address current?", by=by(officer))
    snooze.snooze(reload(submission), clock.now() + timedelta(hours=3), WHY, by=by(officer))
    questions.answer(question, "Yes, since May.", None, by=by(submission.created_by))
    assert not reload(submission).is_snoozed
    assert Alert.objects.get(kind="snooze_ended").person == officer
    assert Event.objects.get(kind="snooze_ended").purpose == "answered"


def test_one_that_argos_decides_returns_without_an_alert(officer: User) -> None:
    here = snoozed(officer)
    Submission.objects.filter(pk=here.pk).update(
        status=Status.APPROVED, source="vendor", decided_at=clock.now(), snoozed_until=clock.now()
    )
    assert snooze.return_due() == 1
    assert reload(here).snoozed_until is None
    assert not Alert.objects.exists()


def test_own_work_on_the_first_page_leaves_it_out(officer: User) -> None:
    here = snoozed(officer)
    page = browser(officer).get("/")
    assert here.reference not in page.content.decode()
    assert page.context["figures"]["assigned"] == 0
