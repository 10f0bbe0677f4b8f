"""Re-verification: planned with the approval, replaced by the next one, announced once, forecast from raw rows."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client

from submissions.audit.events import SYSTEM
from submissions.capture import restart
from submissions.core import clock
from submissions.models import CustomerRisk, Event, Message, MessageKind, NextCheck, Role, Status, Submission, Team
from submissions.privacy import erasure, retention
from submissions.reporting import next_checks as forecasts
from submissions.workflow import next_checks
from submissions.workflow.transitions import StaleSubmission
from tests import factories
from tests.clients import browser
from tests.factories import decided
from tests.submissions.deliveries.sending import make_endpoint

pytestmark = pytest.mark.django_db


def check_of(submission: Submission) -> NextCheck:
    return NextCheck.objects.get(submission=submission)


@pytest.mark.parametrize(
    ("expires", "due", "month"),
    [
        ("2031-05-20", date(2029, 3, 1), date(2031, 5, 1)),
        ("2027-05-20", date(2027, 5, 1), date(2027, 5, 1)),
        ("", date(2029, 3, 1), None),
        ("20 May 2027", date(2029, 3, 1), None),
    ],
)
def test_the_nearer_of_the_term_and_the_expiry_is_due(expires: str, due: date, month: date | None) -> None:
    with time_machine.travel("2026-03-01T03:00:00+00:00", tick=False):
        submission = factories.make_at(Status.APPROVED)
    Submission.objects.filter(pk=submission.pk).update(decided_at="2026-03-01T03:00:00+00:00")
    submission = factories.reload(submission)
    submission.values = {**submission.values, "date_of_expiry": expires}
    NextCheck.objects.all().delete()
    next_checks.plan(submission)
    check = check_of(submission)
    assert (check.due_on, check.id_expires_month, check.risk) == (due, month, "standard")


def test_other_ends_plan_nothing() -> None:
    for status in (Status.REJECTED, Status.ABANDONED, Status.PENDING):
        factories.make_at(status)
    assert not NextCheck.objects.exists()


def test_29_february_becomes_28() -> None:
    submission = factories.make_at(Status.APPROVED, project=factories.make_project(check_years_standard=3))
    submission.decided_at = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert next_checks._due_on(submission, "standard", None) == date(2031, 2, 28)


def test_a_later_approval_of_the_same_customer_number_counts_instead() -> None:
    project = factories.make_project()
    first = factories.make_at(Status.APPROVED, project=project, customer_id="C-77")
    other = factories.make_at(Status.APPROVED, project=project, customer_id="C-78")
    officer = factories.make_user(Role.OFFICER)
    next_checks.set_risk(first, CustomerRisk.HIGH, by=factories.by(officer), reason="lives abroad")
    second = factories.make_at(Status.APPROVED, project=project, customer_id="c-77 ")
    assert check_of(first).replaced_by == second
    assert check_of(second).risk == "high"
    assert check_of(other).replaced_by is None


def test_verifying_again_makes_a_linked_draft_whose_approval_replaces_the_first() -> None:
    agent = factories.make_user()
    approved = factories.make_at(Status.APPROVED, agent)
    fresh = restart.restart(approved, by=factories.by(agent))
    assert (fresh.status, fresh.previous, fresh.tries_used, fresh.deadline_at) == (Status.DRAFT, approved, 0, None)
    with pytest.raises(restart.RestartedAlready):
        restart.restart(approved, by=factories.by(agent))
    Submission.objects.filter(pk=fresh.pk).update(status=Status.APPROVED, decided_at=clock.now(), source="vendor")
    next_checks.plan(factories.reload(fresh))
    assert check_of(approved).replaced_by == fresh


def test_the_verified_submission_is_named_and_no_duplicate() -> None:
    agent = factories.make_user()
    approved = factories.make_at(Status.APPROVED, agent)
    client = browser(agent)
    page = client.post(f"/submissions/{approved.pk}/restart/", follow=True).content.decode()
    assert "Data from an earlier submission:" in page
    assert approved.reference in page
    assert "Possible duplicate" not in page
    assert "submissions of this person" not in page
    other = factories.make_at(Status.PENDING, agent)
    page = client.get(f"/submissions/{approved.restarts.get().pk}/").content.decode()
    _head, _, duplicates = page.partition("Possible duplicate")
    assert other.reference in duplicates


def test_a_customer_who_left_is_not_verified_again() -> None:
    agent = factories.make_user()
    approved = factories.make_at(Status.APPROVED, agent)
    retention.end_relationship(approved, clock.today(), by=SYSTEM)
    assert not NextCheck.objects.exists()
    with pytest.raises(StaleSubmission):
        restart.restart(factories.reload(approved), by=factories.by(agent))


def test_erasure_drops_the_plan() -> None:
    submission = decided()
    assert NextCheck.objects.filter(submission=submission).exists()
    erasure.erase(submission, by=SYSTEM, why="mistake")
    assert not NextCheck.objects.exists()


def test_risk_moves_the_day_and_is_recorded_with_its_reason(client: Client) -> None:
    submission = decided()
    before = check_of(submission).due_on
    url = f"/submissions/{submission.pk}/risk/"
    factories.sign_in(client, factories.make_user(Role.OFFICER))
    refused = client.post(url, {"risk": "high", "reason": " "})
    assert (refused.status_code, check_of(submission).due_on) == (422, before)
    assert client.post(url, {"risk": "extreme", "reason": "lives abroad"}).status_code == 403
    client.post(url, {"risk": "high", "reason": "lives abroad"})
    check = check_of(submission)
    assert (check.risk, check.due_on < before) == ("high", True)
    event = Event.objects.get(kind="risk_set")
    assert event.fields == {"from": "standard", "to": "high", "due_on": check.due_on.isoformat()}
    factories.sign_in(client, factories.make_user(Role.AGENT, team=submission.team))
    assert client.post(url, {"risk": "low", "reason": "as a favour"}).status_code == 403


def test_each_check_is_announced_once_to_receivers_and_managers() -> None:
    submission = decided()
    make_endpoint(kinds=[MessageKind.REVERIFICATION_DUE])
    manager = factories.make_user(Role.MANAGER, email="manager@example.com")
    NextCheck.objects.update(due_on=clock.today() + timedelta(days=31))
    assert next_checks.announce_due() == 0
    NextCheck.objects.update(due_on=clock.today() + timedelta(days=30))
    assert next_checks.announce_due() == 1
    assert next_checks.announce_due() == 0
    message = Message.objects.get(kind=MessageKind.REVERIFICATION_DUE)
    assert message.facts["next_check_on"] == (clock.today() + timedelta(days=30)).isoformat()
    assert message.submission == submission
    sent = [letter for letter in mail.outbox if manager.email in letter.to]
    assert len(sent) == 1
    assert "1 customer to verify again" in sent[0].subject
    assert "/re-verification/" in str(sent[0].body)


def test_a_check_that_cannot_be_announced_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = decided(), decided()
    NextCheck.objects.update(due_on=clock.today())
    announce = next_checks.messages.announce

    def fail_for_one(submission: Submission, *args: Any, **facts: Any) -> None:
        if submission == broken:
            raise RuntimeError("a fault of this row")
        announce(submission, *args, **facts)

    monkeypatch.setattr(next_checks.messages, "announce", fail_for_one)
    assert next_checks.announce_due() == 1
    assert check_of(sound).announced_at is not None
    assert check_of(broken).announced_at is None


def test_approvals_from_before_are_planned_by_the_command() -> None:
    project = factories.make_project()
    first = factories.make_at(Status.APPROVED, project=project, customer_id="C-1")
    second = factories.make_at(Status.APPROVED, project=project, customer_id="C-1")
    NextCheck.objects.all().delete()
    call_command("plan_next_checks", verbosity=0)
    assert check_of(first).replaced_by == second
    assert check_of(second).replaced_by is None
    call_command("plan_next_checks", verbosity=0)
    assert NextCheck.objects.count() == 2


def test_forecast_and_list_agree_with_the_raw_rows() -> None:
    """A property test: random days and teams, counted here row by row."""
    chance = random.Random(7)
    teams = [Team.objects.create(name=f"Team {letter}") for letter in "AB"]
    template = decided()
    for number in range(60):
        submission = Submission.objects.get(pk=template.pk)
        submission.pk, submission.reference, submission.vendor_id = None, f"KP-TEST{number:04}", f"v{number}"
        submission._state.adding = True
        submission.team = chance.choice(teams)
        submission.save()
        NextCheck.objects.create(
            submission=submission,
            project=submission.project,
            team=submission.team,
            due_on=clock.today() + timedelta(days=chance.randrange(-60, 500)),
            replaced_by=template if chance.random() < 0.2 else None,
        )
    NextCheck.objects.filter(submission=template).delete()
    manager, agent = factories.make_user(Role.MANAGER), factories.make_user(Role.AGENT, team=teams[0])
    raw = [row for row in NextCheck.objects.all() if row.replaced_by_id is None]
    for user, rows in ((manager, raw), (agent, [row for row in raw if row.team_id == teams[0].pk])):
        found = forecasts.forecast(user)
        for month, counts, total in found.rows:
            wanted = [row for row in rows if _belongs(row, month)]
            assert counts == [sum(row.team.name == name for row in wanted) for name in found.teams]
            assert total == len(wanted)
            chosen = f"{month:%Y-%m}" if month else forecasts.PASSED
            assert [row.pk for row in _all_pages(user, {"month": chosen})] == [
                row.pk for row in sorted(wanted, key=lambda row: (row.due_on, row.pk))
            ]


def _belongs(row: NextCheck, month: date | None) -> bool:
    if month is None:
        return row.due_on < clock.today()
    return row.due_on >= clock.today() and row.due_on.replace(day=1) == month


def _all_pages(user: Any, params: dict[str, str]) -> list[NextCheck]:
    rows, after = [], ""
    while True:
        page = forecasts.listed(user, {**params, "after": after}, size=7)
        rows += page.rows
        after = page.after
        if not after:
            return rows


def test_page_shows_the_forecast_and_ignores_unusable_parameters(client: Client) -> None:
    submission = decided()
    factories.sign_in(client, factories.make_user(Role.OFFICER))
    for query in ("", "?month=passed", "?month=2026-99", "?team=x&after=y", "?after=2026-01-01~nothing"):
        assert client.get(f"/re-verification/{query}").status_code == 200
    assert submission.reference in client.get("/re-verification/").content.decode()
    factories.sign_in(client, factories.make_user(Role.AGENT, team=Team.objects.create(name="Elsewhere")))
    assert submission.reference not in client.get("/re-verification/").content.decode()
