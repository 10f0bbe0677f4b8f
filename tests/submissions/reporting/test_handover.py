"""The hand-over list: its content for the next shift, by user."""

from datetime import timedelta

import pytest
from django.test import Client

from submissions.core import clock
from submissions.models import CallKind, Role, Status, Submission, User
from submissions.outbox import ledger
from submissions.reporting import handover
from submissions.review import questions
from submissions.review.workload import claims
from tests.factories import by, claim_call, make_at, make_team, make_user, reload

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_hours(hours: float) -> object:
    return clock.now() + timedelta(hours=hours)


def test_list_shows_claims_limits_unknown_calls_and_questions() -> None:
    agent, officer = make_user(), make_user(Role.OFFICER)
    stuck = make_at(Status.STEP2_SENDING, agent)
    assert ledger.mark_unknown(claim_call(stuck, CallKind.STEP2), error="timeout")
    claimed, soon, later = (make_at(Status.PENDING, agent) for _each in range(3))
    claims.claim(claimed, by=by(officer))
    Submission.objects.filter(pk=claimed.pk).update(target_at=in_hours(20))
    Submission.objects.filter(pk=soon.pk).update(target_at=in_hours(2))
    Submission.objects.filter(pk=later.pk).update(target_at=in_hours(20))
    out = make_at(Status.CONFIRMING, agent)
    Submission.objects.filter(pk=out.pk).update(deadline_at=in_hours(3))
    questions.ask(reload(claimed), "Is the stamp on the back?", by=by(officer))
    found = handover.gather(officer, in_hours(5))  # type: ignore[arg-type]
    assert [row.pk for row in found.claimed] == [claimed.pk]
    assert {row.pk for row in found.running_out} == {soon.pk, out.pk}
    assert [call.submission_id for call in found.unknown] == [stuck.pk]
    assert [question.submission_id for question in found.questions] == [claimed.pk]
    page = browser(officer).get("/handover/").content.decode()
    assert "Is the stamp on the back?" in page
    questions.answer(found.questions[0], "Yes.", None, by=by(agent))
    assert handover.gather(officer, in_hours(5)).questions == []  # type: ignore[arg-type]


def test_agent_sees_the_own_teams() -> None:
    stranger = make_user(team=make_team("Elsewhere"))
    submission = make_at(Status.CONFIRMING)
    Submission.objects.filter(pk=submission.pk).update(deadline_at=in_hours(1))
    assert submission.reference in browser(submission.created_by).get("/handover/").content.decode()
    assert submission.reference not in browser(stranger).get("/handover/").content.decode()


@pytest.mark.parametrize("given", ["25:00", "noon", "%00", "1"])
def test_hour_that_is_none_is_reported(given: str) -> None:
    response = browser(make_user(Role.OFFICER)).get(f"/handover/?until={given}")
    assert response.status_code == 200
    assert "Enter the time as HH:MM" in response.content.decode()


def test_hour_that_has_passed_today_is_tomorrows() -> None:
    now = clock.now()
    until = handover.next_shift((now - timedelta(hours=1)).strftime("%H:%M"))
    assert until is not None
    assert timedelta(hours=22) < until - now <= timedelta(hours=24)


def test_note_from_the_list_comes_back_to_the_list() -> None:
    officer, pending = make_user(Role.OFFICER), make_at(Status.PENDING)
    given = {"text": "Wait for the call at nine.", "next": "/handover/?until=18:00"}
    reply = browser(officer).post(f"/review/{pending.pk}/note/", given)
    assert reply["Location"] == "/handover/?until=18:00"
    assert pending.notes.count() == 1


def test_administrators_have_no_shift() -> None:
    assert browser(make_user(Role.ADMINISTRATOR)).get("/handover/").status_code == 403
