"""Automatic assignment: to the officer on duty with the fewest open ones, below the cap, with the skill."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import tasks
from submissions.core import clock
from submissions.models import DaysOff, Event, Project, Role, Status, Submission, User
from submissions.review.workload import automatic, claims, duty, escalation, snooze
from submissions.workflow.permissions import can
from tests.clients import browser
from tests.factories import by, make_at, make_project, make_user, reload

pytestmark = pytest.mark.django_db


def pending(project: Project, **columns: Any) -> Submission:
    submission = make_at(Status.PENDING, project=project)
    Submission.objects.filter(pk=submission.pk).update(**columns)
    return reload(submission)


def off(person: User, first: int, last: int) -> DaysOff:
    today = clock.local_today()
    return duty.add_days_off(person, today + timedelta(days=first), today + timedelta(days=last), by=by(person))


@pytest.fixture
def project() -> Project:
    return make_project(assigns_automatically=True)


def test_it_is_off_by_default() -> None:
    make_user(Role.OFFICER)
    submission = make_at(Status.PENDING)
    assert automatic.run() == 0
    assert reload(submission).assigned_to is None


def test_the_officer_with_the_fewest_open_ones_is_assigned_with_one_event(project: Project) -> None:
    busy, idle, manager = make_user(Role.OFFICER), make_user(Role.OFFICER), make_user(Role.MANAGER)
    held = pending(project)
    claims.claim(held, by=by(busy))
    here = pending(project)
    assert tasks.assign_submissions() == 1
    assert tasks.assign_submissions() == 0
    row = reload(here)
    assert (row.assigned_to, row.given_by) == (idle, None)
    event = Event.objects.get(kind="assigned")
    assert (event.actor_name, event.purpose, event.fields) == ("portal", "automatic", {"to": idle.username})
    assert "Assigned automatically" in browser(manager).get(f"/review/{here.pk}/").content.decode()
    assert claims.claim_next(by=by(idle)) == row


def test_claimed_snoozed_escalated_and_assigned_ones_are_left(project: Project) -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    claimed, snoozed, escalated, assigned = (pending(project) for _each in range(4))
    claims.claim(claimed, by=by(manager))
    snooze.snooze(snoozed, clock.now() + timedelta(hours=1), "Waiting", by=by(officer), accepts_overdue=True)
    escalation.escalate(escalated, "Politician", by=by(officer))
    claims.assign([assigned.pk], manager, by=by(manager))
    assert automatic.run() == 0
    assert reload(assigned).assigned_to == manager


@pytest.mark.parametrize(("countries", "languages", "is_fit"), [
    (["KOR"], ["ko"], True), (["KOR"], ["en"], False), (["JPN"], ["ko"], False), ([], [], False),
])  # fmt: skip
def test_skill_is_demanded_where_the_project_says_so(countries: list[str], languages: list[str], is_fit: bool) -> None:
    project = make_project(assigns_automatically=True, assigns_by_skill=True)
    officer = make_user(Role.OFFICER)
    duty.set_skills(officer, countries, languages, by=by(make_user(Role.MANAGER)))
    here = pending(project, issuing_country="KOR", customer_language="ko")
    assert automatic.run() == int(is_fit)
    assert reload(here).assigned_to == (officer if is_fit else None)
    assert Project.objects.get(pk=project.pk).unassigned == ({} if is_fit else {"skill": 1})


def test_the_managers_home_says_how_many_stay_and_why(project: Project) -> None:
    manager = make_user(Role.MANAGER)
    first, second = pending(project), pending(project)
    automatic.run()
    assert browser(manager).get("/").context["not_assigned"] == [(project, [("no officer is on duty:", 2)])]
    officer = make_user(Role.OFFICER)
    for submission in (first, second):
        submission.capturers.create(user=officer)
    automatic.run()
    assert browser(manager).get("/").context["not_assigned"] == [(project, [("no free officer may decide it:", 2)])]
    Project.objects.update(assigned_at_most=1)
    make_user(Role.OFFICER)
    assert automatic.run() == 1
    assert Project.objects.get(pk=project.pk).unassigned == {"barred": 1}


def test_first_day_off_returns_assignments_once_and_the_last_keeps_them(project: Project) -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    mine, claimed = pending(project), pending(project)
    assert automatic.run() == 2
    claims.claim(reload(claimed), by=by(officer))
    days = off(officer, 0, 1)
    automatic.run()
    assert (reload(mine).assigned_to, reload(claimed).assigned_to) == (None, officer)
    event = Event.objects.get(kind="assignment_returned")
    assert (event.submission_id, event.fields) == (mine.pk, {"from": officer.username})
    claims.assign([mine.pk], officer, by=by(manager))  # a manager may
    automatic.run()
    assert reload(mine).assigned_to == officer
    duty.remove_days_off(days, by=by(manager))
    automatic.run()
    assert reload(mine).assigned_to == officer


def test_assignments_of_other_projects_stay_on_a_day_off(project: Project) -> None:
    officer = make_user(Role.OFFICER)
    other = pending(make_project())
    claims.assign([other.pk], officer, by=by(make_user(Role.MANAGER)))
    off(officer, 0, 0)
    automatic.run()
    assert reload(other).assigned_to == officer


PEOPLE = st.lists(st.tuples(st.booleans(), st.sampled_from(["none", "skill"])), min_size=0, max_size=3)
WORK = st.lists(st.sampled_from(["plain", "foreign", "captured", "second"]), min_size=1, max_size=5)


@settings(max_examples=12)
@given(people=PEOPLE, work=WORK, cap=st.integers(1, 3), by_skill=st.booleans())
def test_assignment_keeps_every_rule_and_leaves_nothing_assignable(
    people: list[tuple[bool, str]], work: list[str], cap: int, by_skill: bool
) -> None:
    with transaction.atomic():
        _check(people, work, cap, by_skill)
        transaction.set_rollback(True)


def _check(people: list[tuple[bool, str]], work: list[str], cap: int, by_skill: bool) -> None:
    project = make_project(assigns_automatically=True, assigned_at_most=cap, assigns_by_skill=by_skill)
    officers = []
    for is_off, skill in people:
        officer = make_user(Role.OFFICER)
        officers.append((officer, is_off, skill == "skill"))
        if is_off:
            off(officer, -1, 1)
        if skill == "skill":
            duty.set_skills(officer, ["KOR"], ["ko"], by=by(make_user(Role.MANAGER)))
    rows = []
    for kind in work:
        first = officers[0][0] if officers else make_user(Role.MANAGER)
        status = Status.SECOND_REVIEW if kind == "second" else Status.PENDING
        submission = make_at(status, project=project, reviewer=first)
        country = "JPN" if kind == "foreign" else "KOR"
        Submission.objects.filter(pk=submission.pk).update(issuing_country=country, customer_language="ko")
        if kind == "captured":
            submission.capturers.get_or_create(user=first)
        rows.append(submission)
    assigned = automatic.run()
    rows = [reload(row) for row in rows]
    load = Counter(row.assigned_to_id for row in rows if row.assigned_to_id)
    fit = {officer.pk: (officer, has_skill) for officer, is_off, has_skill in officers if not is_off}
    assert sum(load.values()) == assigned == Event.objects.filter(kind="assigned", purpose="automatic").count()
    assert set(load) <= set(fit)
    assert all(count <= cap for count in load.values())
    for row in rows:
        able = {
            pk
            for pk, (officer, has_skill) in fit.items()
            if can(officer, row, "claim") and (not by_skill or (has_skill and row.issuing_country == "KOR"))
        }
        if row.assigned_to_id:
            assert row.assigned_to_id in able
        else:
            assert all(load[pk] == cap for pk in able)
    left = Project.objects.get(pk=project.pk).unassigned
    assert sum(left.values()) == len(rows) - assigned


def test_days_off_are_entered_by_the_person_or_a_manager() -> None:
    officer, colleague, manager = make_user(Role.OFFICER), make_user(Role.OFFICER), make_user(Role.MANAGER)
    today = clock.local_today()
    data = {"starts_on": f"{today}", "ends_on": f"{today + timedelta(days=2)}"}
    assert browser(officer).get("/duty/").url == f"/duty/{officer.pk}/"
    assert browser(officer).post(f"/duty/{officer.pk}/days-off/", data).status_code == 302
    assert browser(colleague).post(f"/duty/{officer.pk}/days-off/", data).status_code == 403
    days = DaysOff.objects.get()
    assert (days.person, days.entered_by, days.ends_on - days.starts_on) == (officer, officer, timedelta(days=2))
    assert browser(colleague).post(f"/duty/days-off/{days.pk}/remove/").status_code == 403
    assert browser(manager).post(f"/duty/days-off/{days.pk}/remove/").status_code == 302
    assert not DaysOff.objects.exists()
    assert [event.kind for event in Event.objects.filter(kind__startswith="days_off")] == [
        "days_off_added",
        "days_off_removed",
    ]


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -1)])
def test_days_off_in_the_wrong_order_or_in_the_past_are_refused(first: int, last: int) -> None:
    officer, today = make_user(Role.OFFICER), clock.local_today()
    data = {"starts_on": f"{today + timedelta(days=first)}", "ends_on": f"{today + timedelta(days=last)}"}
    assert browser(officer).post(f"/duty/{officer.pk}/days-off/", data).status_code == 422
    assert not DaysOff.objects.exists()


def test_only_managers_and_administrators_change_skills_with_an_event() -> None:
    officer, data = make_user(Role.OFFICER), {"countries": ["KOR", "JPN"], "languages": ["ko"]}
    assert browser(officer).post(f"/duty/{officer.pk}/skills/", data).status_code == 403
    assert browser(make_user(Role.MANAGER)).post(f"/duty/{officer.pk}/skills/", data).status_code == 302
    row = User.objects.get(pk=officer.pk)
    assert (row.skill_countries, row.skill_languages) == (["JPN", "KOR"], ["ko"])
    fields = Event.objects.get(kind="skills_changed").fields
    assert (fields["countries_before"], fields["countries"]) == ([], ["JPN", "KOR"])
    assert "JPN, KOR" in browser(officer).get(f"/duty/{officer.pk}/").content.decode()
