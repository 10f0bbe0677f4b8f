"""Escalation: an officer asks the managers, one of whom claims it, assigns it, or sends it back."""

from datetime import timedelta

import pytest

from submissions.core import clock
from submissions.models import Alert, Decision, Event, Note, Role, Status, Submission, User
from submissions.review.workload import claims, escalation, snooze
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser, shown
from tests.factories import by, make_at, make_team, make_user, reload, set_target

pytestmark = pytest.mark.django_db

WHY = "The customer is a politician's brother."


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


def pending() -> Submission:
    submission = make_at(Status.PENDING)
    set_target(submission, hours=8)
    return reload(submission)


def escalated(officer: User) -> Submission:
    submission = pending()
    escalation.escalate(submission, WHY, by=by(officer))
    return submission


def test_escalation_ends_claim_and_assignment_and_tells_the_managers(officer: User, manager: User) -> None:
    submission = pending()
    claims.assign([submission.pk], officer, by=by(manager))
    claims.claim(reload(submission), by=by(officer))
    response = browser(officer).post(f"/review/{submission.pk}/escalate/", {"reason": WHY})
    assert response.url == "/review/"
    row = reload(submission)
    assert (row.claimed_by, row.assigned_to, row.given_by, row.escalated_by) == (None, None, None, officer)
    assert Note.objects.get(submission=row).text == WHY
    assert Event.objects.get(kind="escalated").actor_id == officer.pk
    alert = Alert.objects.get(kind="escalated")
    assert (alert.person, alert.page) == (manager, "review")


def test_managers_of_the_team_are_told_before_others(officer: User, manager: User) -> None:
    submission = pending()
    own = make_user(Role.MANAGER, team=submission.team)
    make_user(Role.MANAGER, team=make_team("Another desk"))
    escalation.escalate(submission, WHY, by=by(officer))
    assert Alert.objects.get(kind="escalated").person == own


def test_home_tab_filter_and_row_show_it(officer: User, manager: User) -> None:
    here, other = escalated(officer), pending()
    client = browser(manager)
    home = client.get("/")
    assert home.context["escalated"] == [here]
    assert f'href="/review/{here.pk}/"' in home.content.decode()
    assert {one.name: one.count for one in home.context["exceptions"]}["escalated"] == 1
    queue = client.get("/review/?view=all")
    assert sorted(shown(queue)) == sorted([here.reference, other.reference])
    assert {tab.label: tab.count for tab in queue.context["tabs"]}["Escalated"] == "1"
    only = client.get("/review/?escalated=1")
    assert shown(only) == [here.reference]
    assert "pill-warn" in only.content.decode()
    page = client.get(f"/review/{here.pk}/").content.decode()
    assert WHY.replace("'", "&#x27;") in page
    assert "Send back submission" in page


def test_no_officer_claims_decides_or_snoozes_it(officer: User) -> None:
    here, colleague = escalated(officer), make_user(Role.OFFICER)
    for person in (officer, colleague):
        assert claims.claim_next(by=by(person)) is None
        with pytest.raises(NotAllowed, match="It is escalated"):
            claims.claim(reload(here), by=by(person))
        with pytest.raises(NotAllowed, match="It is escalated"):
            snooze.snooze(reload(here), clock.now() + timedelta(hours=1), WHY, by=by(person))
    assert here.reference not in browser(colleague).get("/").content.decode()
    assert "Send back submission" not in browser(colleague).get(f"/review/{here.pk}/").content.decode()


def test_an_officer_who_opened_it_before_the_escalation_cannot_claim_it(officer: User) -> None:
    submission = pending()
    seen = reload(submission)
    escalation.escalate(submission, WHY, by=by(officer))
    with pytest.raises(claims.ClaimedByOther):
        claims.claim(seen, by=by(make_user(Role.OFFICER)))
    assert reload(submission).claimed_by is None


def test_a_manager_who_claims_it_is_its_assignee(officer: User, manager: User) -> None:
    here = escalated(officer)
    assert claims.claim_next(by=by(manager)) is None
    assert browser(manager).post(f"/review/{here.pk}/claim/").status_code == 302
    row = reload(here)
    assert (row.claimed_by, row.assigned_to, row.escalated_at, row.escalated_by) == (manager, manager, None, None)
    assert Event.objects.get(kind="escalation_ended").purpose == "taken"


def test_a_manager_who_captured_it_assigns_it_and_does_not_claim_it(officer: User, manager: User) -> None:
    here = escalated(officer)
    here.capturers.create(user=manager)
    with pytest.raises(NotAllowed, match="You captured"):
        claims.claim(reload(here), by=by(manager))
    claims.assign_escalated(here, officer, "Go on, the list is old.", by=by(manager))
    assert reload(here).assigned_to == officer


@pytest.mark.parametrize("is_sent_back", [True, False])
def test_a_manager_assigns_it_or_sends_it_back_with_a_comment(officer: User, manager: User, is_sent_back: bool) -> None:
    here = escalated(officer)
    to = officer if is_sent_back else make_user(Role.OFFICER)
    client, path = browser(manager), f"/review/{here.pk}/escalation/"
    assert client.post(path, {"to": to.username, "reason": ""}).status_code == 422
    assert reload(here).is_escalated
    assert client.post(path, {"to": to.username, "reason": "Ask for the bank letter."}).url == "/review/"
    row = reload(here)
    assert (row.assigned_to, row.given_by, row.escalated_at, row.escalated_by) == (to, manager, None, None)
    assert [note.text for note in Note.objects.order_by("created_at")] == [WHY, "Ask for the bank letter."]
    assert Event.objects.get(kind="escalation_ended").purpose == "assigned"
    assert Alert.objects.get(kind="escalation_ended").person == to
    assert claims.claim_next(by=by(to)) == row


def test_bulk_assignment_ends_it_and_unassigning_does_not(officer: User, manager: User) -> None:
    here = escalated(officer)
    assert claims.assign([here.pk], None, by=by(manager)) == (1, 0)
    assert reload(here).is_escalated
    assert claims.assign([here.pk], officer, by=by(manager)) == (1, 0)
    assert not reload(here).is_escalated
    assert Event.objects.filter(kind="escalation_ended").count() == 1


def test_answer_to_somebody_who_may_not_decide_changes_nothing(officer: User, manager: User) -> None:
    here, capturer = escalated(officer), make_user(Role.OFFICER)
    here.capturers.create(user=capturer)
    response = browser(manager).post(f"/review/{here.pk}/escalation/", {"to": capturer.username, "reason": "Please do"})
    assert response.url == f"/review/{here.pk}/"
    assert reload(here).is_escalated
    assert Note.objects.count() == 1
    assert not Event.objects.filter(kind="assigned").exists()


def test_only_managers_answer_and_only_once(officer: User, manager: User) -> None:
    here = escalated(officer)
    path = f"/review/{here.pk}/escalation/"
    assert browser(officer).post(path, {"to": officer.username, "reason": "Mine again"}).status_code == 403
    claims.assign_escalated(here, officer, "Go on, please.", by=by(manager))
    with pytest.raises(StaleSubmission):
        claims.assign_escalated(here, officer, "Go on, please.", by=by(manager))
    assert Note.objects.count() == 2


def test_refused_escalations_write_nothing(officer: User, manager: User) -> None:
    submission, claimed = pending(), pending()
    claims.claim(claimed, by=by(manager))
    with pytest.raises(StaleSubmission):
        escalation.escalate(claimed, WHY, by=by(officer))
    submission.capturers.create(user=officer)
    with pytest.raises(NotAllowed):
        escalation.escalate(submission, WHY, by=by(officer))
    browser(officer).post(f"/review/{claimed.pk}/escalate/", {"reason": WHY})
    assert browser(officer).post(f"/review/{claimed.pk}/escalate/", {"reason": ""}).status_code == 422
    assert not Submission.objects.filter(escalated_at__isnull=False).exists()
    assert not Event.objects.filter(kind="escalated").exists()
    assert not Note.objects.exists()


def test_the_first_reviewer_of_two_is_no_assignee_of_an_escalated_second_review(officer: User, manager: User) -> None:
    here = make_at(Status.SECOND_REVIEW)
    first = Decision.objects.get(submission=here).reviewer
    escalation.escalate(here, WHY, by=by(officer))
    assert claims.assign([here.pk], first, by=by(manager)) == (0, 1)
    assert reload(here).is_escalated
