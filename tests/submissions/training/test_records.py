"""Training records: who enters them, when they are valid, what they gate, and the reminder before one ends."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from argos.replies.signals import AmlResult
from submissions.aml import results, reviews
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import (
    AmlOutcome,
    AmlSource,
    Event,
    Project,
    Role,
    Status,
    Submission,
    TrainingRecord,
    User,
    Verdict,
)
from submissions.models.training import WITHOUT_END, ending, with_end
from submissions.review import decisions
from submissions.review.workload import claims
from submissions.training import records, reminders
from submissions.workflow.permissions import NotAllowed, can, why_not
from submissions.workflow.role_permissions import why_not_trained
from tests.clients import browser, decide
from tests.factories import by, make_at, make_team, make_user, reload

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NONE = "You have no training record. Ask an administrator or manager to enter your training."
EXPIRED = "Your training record has expired. Ask an administrator or manager to enter the new one."


def train(person: User, days: int | None = 90, *, entered_by: User | None = None, **fields: Any) -> TrainingRecord:
    """Enter a training that is valid for `days` from today; None: without an end."""
    until = None if days is None else clock.today() + days * DAY
    fields = {"name": "AML basics", "completed_on": clock.today() - 730 * DAY, "valid_until": until, **fields}
    return records.add(person, by=by(entered_by or make_user(Role.ADMINISTRATOR)), **fields)


def pending(**project: Any) -> Submission:
    submission = make_at(Status.PENDING)
    Project.objects.update(requires_training=True, **project)
    return reload(submission)


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="training_").order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([], NONE),
        ([-1], EXPIRED),
        ([0], ""),
        ([90], ""),
        ([None], ""),
        ([-1, 90], ""),
        ([-1, None], ""),
        ([-400, -1], EXPIRED),
    ],
)
def test_reviewer_is_trained_to_the_last_day_of_any_record(ends: list[int | None], expected: str) -> None:
    officer = make_user(Role.OFFICER)
    for days in ends:
        train(officer, days)
    train(make_user(Role.OFFICER), 90)
    assert why_not_trained(officer) == expected


def test_removed_record_does_not_count_and_stays() -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    record = train(officer, entered_by=manager)
    records.remove(record, by=by(manager))
    records.remove(record, by=by(make_user(Role.ADMINISTRATOR)))
    assert why_not_trained(officer) == NONE
    record.refresh_from_db()
    assert record.removed_by == manager
    assert kinds() == ["training_added", "training_removed"]
    fields = Event.objects.get(kind="training_removed").fields
    assert (fields["person"], fields["training"]) == (officer.username, record.pk)


def test_nobody_changes_their_own() -> None:
    manager, admin = make_user(Role.MANAGER), make_user(Role.ADMINISTRATOR)
    for person in (manager, admin):
        reply = browser(person).post(f"/training/{person.pk}/", {"name": "AML", "completed_on": "2026-01-31"})
        assert reply.status_code == 403
        assert "You cannot enter your own training" in browser(person).get(f"/training/{person.pk}/").content.decode()
    record = train(manager, entered_by=admin)
    assert browser(manager).post(f"/training/records/{record.pk}/remove/").status_code == 403
    assert kinds() == ["training_added"]
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRecord.objects.create(person=manager, entered_by=manager, name="AML", completed_on=clock.today())


def test_manager_enters_and_removes_on_the_page() -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    client, url = browser(manager), f"/training/{officer.pk}/"
    future = (clock.latest_day() + DAY).isoformat()
    for wrong in (
        {"name": "", "completed_on": "2026-01-31"},
        {"name": "AML", "completed_on": future},
        {"name": "AML", "completed_on": "2026-01-31", "valid_until": "2026-01-30"},
    ):
        assert client.post(url, wrong).status_code == 422
    assert not kinds()
    data = {"name": "AML basics", "completed_on": "2026-01-31", "valid_until": "2099-01-31", "note": "Seminar"}
    assert client.post(url, data).status_code == 302
    record = TrainingRecord.objects.get()
    assert (record.person, record.valid_until, record.note) == (officer, date(2099, 1, 31), "Seminar")
    page = client.get(url).content.decode()
    assert "AML basics" in page
    assert client.post(f"/training/records/{record.pk}/remove/").status_code == 302
    page = client.get(url).content.decode()
    assert "Removed records" in page
    assert "No training record" in page


def test_list_marks_and_sorts_the_ends() -> None:
    names = {"Valid": 90, "Ending": 30, "Expired": -1, "Unlimited": None}
    for name, days in names.items():
        train(make_user(Role.OFFICER, name=name), days)
    rows = {person.name: person.trained_until for person in with_end(User.objects.people())}
    assert rows["Unlimited"] == WITHOUT_END
    assert sorted(person.name for person in ending(User.objects.people())) == ["Ending", "Expired"]
    manager = make_user(Role.MANAGER, name="Zoe")
    make_user(name="Agent")
    page = browser(manager).get("/training/?sort=until")
    listed = [person.name for person in page.context["page"] if person.name in {*names, "Zoe", "Agent"}]
    assert listed == ["Zoe", "Expired", "Ending", "Valid", "Unlimited", "Agent"], "reviewers first"
    text = page.content.decode()
    assert text.count("ends within 30 days") == 1
    assert text.count("Expired on") == 1
    by_name = [person.name for person in browser(manager).get("/training/?sort=name").context["page"]]
    assert by_name == sorted(by_name)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_untrained_reviewer_reads_and_does_not_claim(role: Role) -> None:
    submission, reviewer = pending(), make_user(role)
    assert why_not(reviewer, submission, "claim") == NONE
    assert can(reviewer, submission, "see")
    assert browser(reviewer).get(f"/review/{submission.pk}/").status_code == 200
    with pytest.raises(NotAllowed, match="no training record"):
        claims.claim(submission, by=by(reviewer))
    assert claims.claim_next(by=by(reviewer)) is None
    train(reviewer)
    assert claims.claim_next(by=by(reviewer)) == submission


def test_other_projects_are_not_gated() -> None:
    officer, submission = make_user(Role.OFFICER), make_at(Status.PENDING)
    assert can(officer, submission, "claim")
    gated = make_at(Status.PENDING)
    Project.objects.filter(pk=gated.project_id).update(requires_training=True)
    Submission.objects.filter(pk=gated.pk).update(target_at=clock.now() - DAY)
    assert claims.claim_next(by=by(officer)) == submission
    assert claims.claim_next(by=by(officer), besides=submission) is None


def claimed_until_it_expired() -> tuple[Submission, User]:
    submission, officer = pending(), make_user(Role.OFFICER)
    train(officer, 0)
    claims.claim(submission, by=by(officer))
    TrainingRecord.objects.update(valid_until=clock.today() - DAY)
    return reload(submission), officer


def test_claim_held_when_the_training_expires_is_not_extended_and_can_be_released() -> None:
    submission, officer = claimed_until_it_expired()
    reply = browser(officer).post(f"/review/{submission.pk}/hold/").json()
    assert reply == {"held": False, "why": EXPIRED}
    assert not claims.extend(submission, by=by(officer))
    claims.release(submission, by=by(officer))
    assert reload(submission).claimed_by is None


def test_decision_after_the_training_expired_is_refused_and_keeps_the_typed_text() -> None:
    submission, officer = claimed_until_it_expired()
    client = browser(officer)
    assert EXPIRED in client.get(f"/review/{submission.pk}/").content.decode()
    reply = decide(client, submission, "rejected", reason_code="own_other", comment="Two people, one photo.")
    assert reply.status_code == 409
    page = reply.content.decode()
    assert EXPIRED in page
    assert "Two people, one photo." in page
    assert not submission.decisions.exists()


def test_second_decision_needs_a_training_too() -> None:
    first, second = make_user(Role.OFFICER), make_user(Role.OFFICER)
    submission = make_at(Status.SECOND_REVIEW, reviewer=first)
    Project.objects.update(requires_training=True)
    train(second, -1)
    assert why_not(second, reload(submission), "claim") == EXPIRED
    train(second)
    assert why_not(second, reload(submission), "claim") == ""


def test_untrained_reviewer_neither_receives_nor_decides() -> None:
    submission, officer, manager = pending(), make_user(Role.OFFICER), make_user(Role.MANAGER)
    assert claims.assign([submission.pk], officer, by=by(manager)) == (0, 1)
    train(officer)
    assert claims.assign([submission.pk], officer, by=by(manager)) == (1, 0)


def test_assignment_to_somebody_whose_training_ended_is_left_to_nobody() -> None:
    submission, officer, colleague = pending(), make_user(Role.OFFICER), make_user(Role.OFFICER)
    train(officer, 0)
    train(colleague)
    claims.assign([submission.pk], officer, by=by(make_user(Role.MANAGER)))
    assert claims.claim_next(by=by(colleague)) is None
    TrainingRecord.objects.filter(person=officer).update(valid_until=clock.today() - DAY)
    assert claims.claim_next(by=by(colleague)) == submission


def test_aml_decisions_need_a_training() -> None:
    submission, officer = pending(), make_user(Role.OFFICER)
    results.apply(submission, AmlResult("Red Flag", "HIGH", 1, 0, 0, 0, "", ()), AmlSource.RECORD)
    (review,) = reviews.of(submission)
    review.submission = reload(submission)
    seen = reviews.seen_of(review, [])
    with pytest.raises(NotAllowed, match="no training record"):
        reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by(officer), reason="Another person.", seen=seen)
    train(officer)
    reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by(officer), reason="Another person.", seen=seen)


def test_undo_stays_possible() -> None:
    submission, officer = pending(), make_user(Role.OFFICER)
    train(officer, 0)
    claims.claim(submission, by=by(officer))
    given = {"reason_code": "own_other", "comment": "Two people, one photo."}
    decisions.decide(reload(submission), Verdict.REJECTED, by=by(officer), **given)
    TrainingRecord.objects.update(valid_until=clock.today() - DAY)
    decisions.undo(reload(submission), by=by(officer))
    assert reload(submission).status == Status.PENDING


def test_queue_says_it_once_at_the_top() -> None:
    pending()
    officer = make_user(Role.OFFICER)
    page = browser(officer).get("/review/?view=all").content.decode()
    assert page.count(NONE) == 1
    assert 'id="next"' not in page
    make_at(Status.PENDING)
    page = browser(officer).get("/review/?view=all").content.decode()
    assert page.count(NONE) == 1
    assert 'id="next"' in page, "another project can be claimed"
    train(officer)
    assert 'id="untrained"' not in browser(officer).get("/review/?view=all").content.decode()


@pytest.mark.parametrize(
    ("days", "gated", "expected"),
    [
        (None, True, ""),
        (31, True, ""),
        (30, False, "Your training is valid until"),
        (0, True, "Your training is valid until"),
        (-1, False, EXPIRED),
    ],
)
def test_home_page_tells_reviewers_of_their_own_training(days: int | None, gated: bool, expected: str) -> None:
    make_at(Status.PENDING)
    Project.objects.update(requires_training=gated)
    for role in (Role.OFFICER, Role.MANAGER):
        reviewer = make_user(role)
        train(reviewer, days)
        page = browser(reviewer).get("/")
        assert page.context["own_training"].startswith(expected)
        assert ('id="own-training"' in page.content.decode()) is bool(expected)


def test_home_page_asks_for_a_missing_record_only_where_a_project_requires_one() -> None:
    client = browser(make_user(Role.OFFICER))
    make_at(Status.PENDING)
    assert client.get("/").context["own_training"] == ""
    Project.objects.update(requires_training=True)
    assert client.get("/").context["own_training"] == NONE


def test_managers_home_counts_what_has_ended_or_ends_soon() -> None:
    train(make_user(Role.OFFICER), 30)
    train(make_user(Role.OFFICER), -1)
    train(make_user(Role.OFFICER), 31)
    train(make_user(), -1)
    page = browser(make_user(Role.MANAGER)).get("/")
    (count,) = [row.count for row in page.context["exceptions"] if row.url == "/training/"]
    assert count == 2, "agents do not review"


def sent_to() -> list[str]:
    return sorted(to for message in mail.outbox for to in message.to)


def test_reminder_goes_to_the_person_and_the_managers_once() -> None:
    team = make_team("Review desk")
    officer = make_user(Role.OFFICER, email="officer@example.com", team=team)
    for name, of_team in (("theirs", team), ("everybodys", None), ("anothers", make_team("Another desk"))):
        make_user(Role.MANAGER, email=f"{name}@example.com", team=of_team)
    train(officer, 31)
    train(make_user(Role.OFFICER, email="later@example.com"), None)
    assert reminders.remind_due() == 0
    with time_machine.travel(clock.now() + DAY):
        assert reminders.remind_due() == 1
        assert sent_to() == ["everybodys@example.com", "officer@example.com", "theirs@example.com"]
        assert all("1 training ends soon" in message.subject for message in mail.outbox)
        assert all("AML basics" in message.body for message in mail.outbox)
        assert reminders.remind_due() == 0
    assert len(mail.outbox) == 3


def test_no_reminder_of_a_record_that_a_later_one_replaces() -> None:
    officer = make_user(Role.OFFICER, email="officer@example.com")
    train(officer, 10)
    replacing = train(officer, 400)
    assert reminders.remind_due() == 0
    records.remove(replacing, by=by(make_user(Role.ADMINISTRATOR)))
    assert reminders.remind_due() == 1
    assert sent_to() == ["officer@example.com"]


def test_failed_mail_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "second"):
        train(make_user(Role.OFFICER, email=f"{name}@example.com"), 10)
    sent: list[str] = []

    def send(message: Any) -> int:
        sent.extend(message.to)
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", send)
    assert reminders.remind_due() == 2
    assert sorted(sent) == ["first@example.com", "second@example.com"]


def test_portal_itself_enters_none() -> None:
    with pytest.raises(AssertionError):
        records.add(make_user(Role.OFFICER), by=Actor(None, "portal"), name="AML", completed_on=clock.today())
