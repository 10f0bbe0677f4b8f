"""The review area: what a limited officer or manager may see, receives, and loses when it changes."""

from itertools import product
from typing import Any

import pytest
from django.core import mail

from argos.replies.signals import AmlResult
from submissions.aml import results, reviews
from submissions.core import clock
from submissions.models import (
    Alert,
    AmlReview,
    AmlSource,
    Event,
    Export,
    ExportState,
    NextCheck,
    Note,
    Role,
    Status,
    Submission,
)
from submissions.reporting.exports import create
from submissions.review import mentions
from submissions.review.workload import claims, snooze
from submissions.workflow import alerts, next_checks, review_area
from submissions.workflow.permissions import CHECKS, NotAllowed, visible_to, why_not
from tests.factories import by, limit, make_at, make_draft, make_project, make_team, make_user, reload
from tests.submissions.reporting.exports.files import ask, content, made

pytestmark = pytest.mark.django_db

OUTSIDE = "This submission is outside your projects and teams."
HIT = AmlResult("Red Flag", "HIGH", 1, 0, 0, 0, "", ())


@pytest.mark.parametrize("role", list(Role))
def test_query_and_rule_agree_for_every_area(role: Role) -> None:
    projects, teams = [make_project() for _each in range(2)], [make_team("One"), make_team("Two")]
    rows = [make_draft(make_user(team=team), project, images=False) for project, team in product(projects, teams)]
    user = make_user(role, team=teams[0])
    for of_projects, of_teams in product(([], projects[:1], projects), ([], teams[1:], teams)):
        limit(user, projects=of_projects, teams=of_teams)
        found = set(Submission.objects.filter(review_area.condition(user)))
        assert found == {row for row in rows if review_area.contains(user, row)}
        if user.is_reviewer:
            wanted = {r for r in rows if r.project in (of_projects or projects) and r.team in (of_teams or teams)}
            assert set(visible_to(user)) == found == wanted
        else:
            assert found == set(rows), "agents, tokens and administrators have no review area"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
@pytest.mark.parametrize("action", sorted(CHECKS))
def test_every_action_outside_the_area_is_refused_with_a_sentence(role: Role, action: str) -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    person = limit(make_user(role), projects=[inside.project])
    assert why_not(person, outside, action) == OUTSIDE
    assert why_not(person, inside, action) != OUTSIDE


def test_next_claim_and_assignment_stay_within_the_area() -> None:
    outside, inside = make_at(Status.PENDING), make_at(Status.PENDING)
    officer = limit(make_user(Role.OFFICER), projects=[inside.project])
    manager = limit(make_user(Role.MANAGER), projects=[inside.project])
    assert claims.claim_next(by=by(officer)) == inside
    assert claims.claim_next(by=by(officer), besides=inside) is None
    with pytest.raises(NotAllowed, match=OUTSIDE):
        claims.claim(outside, by=by(officer))
    assert claims.assign([outside.pk, inside.pk], manager, by=by(manager)) == (1, 0)
    assert claims.assign([outside.pk], officer, by=by(make_user(Role.MANAGER))) == (0, 1)
    with pytest.raises(NotAllowed):
        claims.hand_over(inside, limit(make_user(Role.OFFICER), projects=[outside.project]), by=by(officer), note="")
    assert reload(outside).assigned_to is None


def test_claims_and_assignments_outside_a_new_area_are_released() -> None:
    officer, admin = make_user(Role.OFFICER), make_user(Role.ADMINISTRATOR)
    kept, claimed, assigned = (make_at(Status.PENDING) for _each in range(3))
    for submission in (kept, claimed):
        claims.claim(submission, by=by(officer))
    claims.assign([kept.pk, assigned.pk], officer, by=by(make_user(Role.MANAGER)))
    results.apply(assigned, HIT, AmlSource.RECORD)
    reviews.assign(AmlReview.objects.get(), officer, by=by(officer))
    limit(officer, projects=[kept.project])
    assert claims.release_hidden(officer, by=by(admin)) == 2
    reviews.release_hidden(officer, by=by(admin))
    assert (reload(kept).claimed_by, reload(kept).assigned_to) == (officer, officer)
    assert (reload(claimed).claimed_by, reload(assigned).assigned_to) == (None, None)
    assert AmlReview.objects.get().assigned_to is None
    released = Event.objects.filter(actor_id=admin.pk, kind__in=("claim_released", "assigned", "aml_review_assigned"))
    assert set(released.values_list("kind", "submission_id")) == {
        ("claim_released", claimed.pk),
        ("assigned", assigned.pk),
        ("aml_review_assigned", assigned.pk),
    }


def test_an_agent_holds_no_claim() -> None:
    person, submission = make_user(Role.OFFICER), make_at(Status.PENDING)
    claims.claim(submission, by=by(person))
    person.role, person.team = Role.AGENT, make_team()
    assert claims.release_hidden(person, by=by(make_user(Role.ADMINISTRATOR))) == 1


def test_alerts_of_hidden_submissions_are_neither_made_nor_shown_nor_mailed() -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    people = [limit(make_user(role), projects=[inside.project]) for role in (Role.OFFICER, Role.MANAGER)]
    others = {make_user(Role.OFFICER), make_user(Role.MANAGER)}
    assert set(alerts.people(outside)) == others
    assert set(alerts.people(inside)) == {*people, *others}
    for submission in (inside, outside):
        alerts.notify(submission, "target_60", clock.now(), [people[0]])
    assert [alert.submission for alert in alerts.unseen(people[0])] == [inside]
    alerts.send_mails()
    assert [inside.reference in message.subject for message in mail.outbox] == [True]
    assert Alert.objects.get(submission=outside).mailed_at is None


def test_aml_alerts_and_ended_snoozes_reach_nobody_outside() -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    officer = limit(make_user(Role.OFFICER), projects=[inside.project])
    results.apply(outside, HIT, AmlSource.RECORD)
    Submission.objects.filter(pk=outside.pk).update(snoozed_until=clock.now(), snoozed_by=officer)
    assert snooze.return_due() == 1
    assert not Alert.objects.filter(person=officer).exists()


def test_managers_of_the_team_come_before_others_who_may_see_it() -> None:
    submission = make_draft()
    elsewhere = make_team("Another desk")
    outside = limit(make_user(Role.MANAGER, team=submission.team), teams=[elsewhere])
    of_another, of_none = make_user(Role.MANAGER, team=elsewhere), make_user(Role.MANAGER)
    assert alerts.managers_of(submission) == {of_none}
    of_team = make_user(Role.MANAGER, team=submission.team)
    assert alerts.managers_of(submission) == {of_team}
    for person in (of_none, of_team):
        limit(person, teams=[elsewhere])
    assert alerts.managers_of(submission) == {of_another}
    assert outside not in alerts.managers_of(submission)


def test_next_check_mail_counts_the_managers_own_area() -> None:
    inside, outside = make_at(Status.APPROVED), make_at(Status.APPROVED)
    NextCheck.objects.update(due_on=clock.today())
    limited = limit(make_user(Role.MANAGER), projects=[inside.project])
    limit(make_user(Role.MANAGER), projects=[make_project()])
    make_user(Role.MANAGER)
    assert next_checks.announce_due() == 2
    counted = {message.to[0]: message.subject for message in mail.outbox}
    assert len(counted) == 2
    assert "1 customer to verify again" in counted[limited.email]
    assert outside.reference not in str(counted)


def test_nobody_outside_can_be_mentioned() -> None:
    submission = make_at(Status.PENDING)
    outside = limit(make_user(Role.OFFICER), projects=[make_project()])
    inside = limit(make_user(Role.OFFICER), projects=[submission.project])
    assert outside not in mentions.may_read(submission)
    note = Note.objects.create(submission=submission, author=make_user(Role.MANAGER))
    assert mentions.record(note, f"@{outside.username} @{inside.username}") == [inside]
    limit(inside, projects=[make_project()])
    assert mentions.unread(inside) == []


def test_export_has_the_area_of_its_owner_and_ends_with_it() -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    officer = limit(make_user(Role.OFFICER), projects=[inside.project])
    export = made(ask(officer))
    assert (export.state, export.rows) == (ExportState.DONE, 1)
    assert outside.reference.encode() not in content(export)
    waiting = ask(officer)
    limit(officer, projects=[outside.project])
    failed = made(waiting)
    assert (failed.state, failed.failure) == (ExportState.FAILED, "not_allowed")
    with pytest.raises(NotAllowed, match="have changed since you requested this export"):
        create.download(Export.objects.get(pk=export.pk), by=by(officer), reason="for the audit")
    limit(officer, projects=[inside.project])
    assert b"".join(create.download(Export.objects.get(pk=export.pk), by=by(officer), reason="for the audit"))


def test_area_costs_no_query(django_assert_num_queries: Any) -> None:
    submission = make_draft()
    for person in (make_user(Role.OFFICER), limit(make_user(Role.OFFICER), teams=[submission.team])):
        with django_assert_num_queries(1):
            assert visible_to(person).get() == submission
        with django_assert_num_queries(0):
            assert why_not(person, submission, "see") == ""
