"""The reason of a refusal: the sentence for each action, for inactive users and for erased submissions."""

import pytest
from django.http import Http404

from submissions.core import clock
from submissions.models import Project, Role, Status, Submission
from submissions.review.workload import claims
from submissions.workflow import permissions, role_permissions
from submissions.workflow.permissions import CHECKS, NotAllowed, can, check_can, get_submission_for, why_not
from tests.factories import by, make_at, make_team, make_user, reload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", CHECKS)
def test_an_account_that_is_switched_off_may_nothing(action: str) -> None:
    submission = make_at(Status.PENDING)
    assert "switched off" in why_not(make_user(Role.MANAGER, is_active=False), submission, action)


@pytest.mark.parametrize("action", CHECKS)
def test_what_was_erased_is_seen_and_nothing_else(action: str) -> None:
    submission, manager = make_at(Status.APPROVED), make_user(Role.MANAGER)
    submission.erased_at = clock.now()
    assert ("deleted permanently" in why_not(manager, submission, action)) == (action not in ("see", "reveal"))


@pytest.mark.parametrize(
    "action", ["look", "reveal", "capture", "note", "claim", "decide", "reassign", "overrule", "export"]
)
def test_an_administrator_sees_that_it_exists_and_may_nothing_with_it(action: str) -> None:
    submission, administrator = make_at(Status.PENDING), make_user(Role.ADMINISTRATOR)
    assert can(administrator, submission, "see")
    with pytest.raises(NotAllowed) as caught:
        check_can(administrator, submission, action)
    assert str(caught.value)


@pytest.mark.parametrize("action", ["see", "capture", "note", "look", "reveal"])
def test_an_agent_of_another_team_finds_nothing(action: str) -> None:
    submission = make_at(Status.CONFIRMING)
    stranger = make_user(team=make_team("Another desk"))
    assert not can(stranger, submission, action)
    with pytest.raises(Http404):
        get_submission_for(stranger, submission.pk, action)


def test_an_agent_without_a_team_finds_nothing() -> None:
    submission = make_at(Status.CONFIRMING)
    stray = make_user()
    stray.team = None
    assert not permissions.visible_to(stray).filter(pk=submission.pk).exists()


def test_agents_of_the_team_look_while_it_is_captured_and_give_a_reason_after() -> None:
    agent = make_user()
    captured, pending = make_at(Status.CONFIRMING, agent), make_at(Status.PENDING, agent)
    assert can(agent, captured, "look")
    assert "reason" in why_not(agent, pending, "look")
    assert can(agent, pending, "reveal")


def test_who_reviews_looks_while_they_hold_the_claim() -> None:
    submission, officer = make_at(Status.PENDING), make_user(Role.OFFICER)
    assert not can(officer, submission, "look")
    claims.claim(submission, by=by(officer))
    assert can(officer, submission, "look")
    assert not can(make_user(Role.OFFICER), reload(submission), "look")
    Submission.objects.filter(pk=submission.pk).update(claimed_until=clock.now().replace(year=2020))
    assert not permissions.holds_claim(officer, reload(submission))


def test_a_claim_on_what_is_final_is_no_reason_to_look() -> None:
    submission, officer = make_at(Status.APPROVED), make_user(Role.OFFICER)
    submission.claimed_by, submission.claimed_until = officer, clock.now().replace(year=2099)
    assert not permissions.holds_claim(officer, submission)


def test_an_officer_who_did_not_capture_it_claims_before_they_look() -> None:
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent)
    assert "Claim it" in why_not(make_user(Role.OFFICER), submission, "look")


def test_nobody_decides_on_their_own_capture_nor_for_a_vendor_that_decides() -> None:
    officer = make_user(Role.OFFICER)
    own = make_at(Status.PENDING, officer)
    assert "captured" in why_not(officer, own, "claim")
    other = make_at(Status.PENDING)
    assert can(officer, other, "claim")
    Project.objects.filter(pk=other.project_id).update(reviewer="vendor")
    assert "ARGOS decides" in why_not(officer, reload(other), "claim")
    assert "not waiting" in why_not(officer, make_at(Status.CONFIRMING), "claim")


def test_deciding_wants_the_claim_and_names_who_has_it() -> None:
    submission, officer, other = make_at(Status.PENDING), make_user(Role.OFFICER), make_user(Role.OFFICER)
    assert "Claim the submission first" in why_not(officer, submission, "decide")
    claims.claim(submission, by=by(other))
    assert str(other) in why_not(officer, reload(submission), "decide")
    assert can(other, reload(submission), "decide")


def test_who_has_spoken_waits_for_the_second() -> None:
    first = make_user(Role.OFFICER)
    submission = make_at(Status.SECOND_REVIEW, reviewer=first)
    assert "You have decided this submission" in why_not(first, submission, "claim")
    assert can(make_user(Role.OFFICER), submission, "claim")


def test_everybody_but_an_administrator_may_begin() -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        role_permissions.check_user_can_start(make_user(role))
    with pytest.raises(NotAllowed):
        role_permissions.check_user_can_start(make_user(Role.ADMINISTRATOR))


@pytest.mark.parametrize("action", ["reassign", "overrule"])
def test_only_managers(action: str) -> None:
    submission = make_at(Status.PENDING)
    allowed = {role for role in Role if can(make_user(role), submission, action)}
    assert allowed == {Role.MANAGER}


def test_only_reviewers_export_and_only_administrators_retain() -> None:
    submission = make_at(Status.APPROVED)
    assert {role for role in Role if can(make_user(role), submission, "export")} == {Role.OFFICER, Role.MANAGER}
    assert {role for role in Role if role_permissions.user_can_retain(make_user(role))} == {Role.ADMINISTRATOR}
