"""The timeline: events by attempt, automatic ones marked, views separate."""

import pytest
from django.db import transaction

from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import submit
from submissions.models import ImageKind, Role, Status
from submissions.reporting.timeline import looks, timeline
from submissions.review.workload import claims
from tests.clients import browser
from tests.factories import answered, attach_image, by, make_at, make_user, reload

pytestmark = pytest.mark.django_db


def test_timeline_groups_events_by_attempt_and_review() -> None:
    agent = make_user()
    submission = make_at(Status.INCOMPLETE, agent)
    attach_image(submission, ImageKind.SELFIE, agent)
    submit.send_step2(submission, by=by(agent))
    answered(reload(submission), "pending", 88.0)
    groups = timeline(submission, is_blind=False).groups
    assert [group.attempt for group in groups] == [0, 2, 1]
    kinds = [{entry.event.kind for entry in group.entries} for group in groups]
    assert "pending" in kinds[0]
    assert "step2_prepared" in kinds[1]
    assert {"draft_created", "step1_read", "try_not_accepted"} <= kinds[2]


def test_automatic_event_is_marked_as_system_event() -> None:
    submission = make_at(Status.PENDING)
    with transaction.atomic():
        events.record("webhook", by=VENDOR, submission=submission)
    marked = {entry.event.kind: entry.is_system for entry in timeline(submission, is_blind=False).entries}
    assert marked["webhook"]
    assert not marked["step1_read"]
    assert not marked["draft_created"]
    page = browser(make_user()).get(f"/submissions/{submission.pk}/").content.decode()
    assert "Show system events" in page


def test_decision_and_claim_are_one_entry_each_for_users() -> None:
    officer, pending = make_user(Role.OFFICER), make_at(Status.PENDING)
    assert claims.reserve_next(by=by(officer), besides=make_at(Status.PENDING)) == pending
    claims.claim(reload(pending), by=by(officer))
    for submission, once, system in (
        (pending, "Claimed", "Reserved as next"),
        (make_at(Status.SECOND_REVIEW), "Decision made", "Second review"),
    ):
        entries = timeline(submission, is_blind=False).entries
        assert [entry.title for entry in entries if not entry.is_system].count(once) == 1
        assert system in {entry.title for entry in entries if entry.is_system}


def test_attempt_with_system_events_only_is_hidden_with_them() -> None:
    submission = make_at(Status.INCOMPLETE)
    with transaction.atomic():
        events.record("webhook", by=VENDOR, submission=submission)
    newest, first = timeline(submission, is_blind=False).groups
    assert (newest.attempt, newest.is_system, first.is_system) == (2, True, False)


def test_looks_are_listed_apart() -> None:
    agent = make_user()
    submission = make_at(Status.PENDING, agent)
    browser(agent).get(f"/submissions/{submission.pk}/")
    assert {entry.event.kind for entry in looks(submission).entries} == {"looked"}
    assert "looked" not in {entry.event.kind for entry in timeline(submission, is_blind=False).entries}


def test_people_are_shown_with_their_full_names() -> None:
    agent = make_user()
    type(agent).objects.filter(pk=agent.pk).update(name="Ara Example")
    submission = make_at(Status.PENDING, agent)
    actors = {entry.actor for entry in timeline(submission, is_blind=False).entries}
    assert actors == {"Ara Example", "ARGOS"}
