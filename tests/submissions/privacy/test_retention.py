"""Retention periods, legal hold, and the roles that may request an erasure."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.test import Client

from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import (
    Alert,
    Call,
    CallKind,
    Project,
    Role,
    Status,
    Submission,
)
from submissions.outbox import ledger
from submissions.privacy import erasure, retention
from submissions.vendor_sync import reconcile, replies
from submissions.workflow import alerts
from submissions.workflow.transitions import StaleSubmission
from tests import factories
from tests.factories import decided

pytestmark = pytest.mark.django_db


def test_approved_goes_when_both_clocks_have_run_out() -> None:
    running = decided(years_ago=9)
    left_lately = decided(years_ago=9, relationship_ended_at=clock.now() - timedelta(days=366 * 2))
    gone = decided(years_ago=9, relationship_ended_at=clock.now() - timedelta(days=366 * 6))
    decided_lately = decided(years_ago=1, relationship_ended_at=clock.now() - timedelta(days=366 * 6))
    assert retention.erase_due() == 1
    erased = Submission.objects.filter(erased_at__isnull=False)
    assert [row.pk for row in erased] == [gone.pk]
    assert {running.pk, left_lately.pk, decided_lately.pk} & {row.pk for row in erased} == set()


def test_rejected_goes_by_the_second_clock_alone() -> None:
    decided(Status.REJECTED, years_ago=4)
    old = decided(Status.REJECTED, years_ago=6)
    assert [due.count for due in retention.dry_run()] == [1]
    retention.erase_due()
    assert Submission.objects.get(erased_at__isnull=False).pk == old.pk


@pytest.mark.parametrize(
    ("status", "own_months", "months_ago", "is_due"),
    [
        (Status.REJECTED, 6, 5, False),
        (Status.REJECTED, 6, 7, True),
        (Status.REJECTED, 120, 61, False),
        (Status.REJECTED, None, 59, False),
        (Status.REJECTED, None, 61, True),
        (Status.APPROVED, 6, 7, False),
        (Status.APPROVED, 120, 61, True),
    ],
)
def test_rejections_have_a_term_of_their_own_where_the_project_sets_one(
    status: Status, own_months: int | None, months_ago: int, is_due: bool
) -> None:
    decided(status)
    Project.objects.update(keep_months_after_rejection=own_months)
    then = clock.now() - relativedelta(months=months_ago)
    Submission.objects.update(decided_at=then, relationship_ended_at=then - timedelta(days=30))
    clocks = retention.clocks_of(Project.objects.get(), clock.now())
    assert [name for name, rows in clocks.items() if rows.exists()] == [status.value] * is_due
    assert retention.erase_due() == int(is_due)


def test_page_shows_the_term_of_rejections(client: Client) -> None:
    factories.make_project(name="Branch", keep_months_after_rejection=7)
    factories.make_project(name="Online")
    factories.sign_in(client, factories.make_user(Role.ADMINISTRATOR))
    page = client.get("/retention/").content.decode()
    assert re.findall(r'data-label="After a rejection \(months\)">\s*(\d+)', page) == ["7", "60"]


def test_draft_goes_after_its_own_short_clock() -> None:
    with time_machine.travel(clock.now() - timedelta(days=31)):
        old = factories.make_draft()
    fresh = factories.make_draft()
    assert retention.erase_due() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.status, old.erased_at is not None, fresh.status) == (Status.ABANDONED, True, Status.DRAFT)


def test_legal_hold_keeps_it_and_the_dry_run_says_so() -> None:
    submission = decided(Status.REJECTED, years_ago=6)
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    retention.set_legal_hold(submission, by=by, reason="court file 7")
    assert retention.erase_due() == 0
    assert [(due.count, due.on_hold) for due in retention.dry_run()] == [(0, 1)]
    with pytest.raises(erasure.OnLegalHold):
        erasure.erase(submission, by=by, why="mistake")
    retention.lift_legal_hold(submission, by=by, reason="closed")
    assert retention.erase_due() == 1


def test_running_one_is_never_erased() -> None:
    submission = factories.make_at(Status.PENDING)
    with pytest.raises(erasure.StillRunning):
        erasure.erase(submission, by=SYSTEM, why="mistake")
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(erased_at=clock.now())


def test_vendor_copy_goes_first_where_that_is_wanted(client: Client) -> None:
    submission = decided()
    administrator = factories.make_user(Role.ADMINISTRATOR)
    factories.sign_in(client, administrator)
    url = f"/retention/{submission.pk}/"
    form = {"action": "erase", "reason": "letter of 3 May", "why": "customer_request", "at_vendor": "on"}
    refused = client.post(url, form)
    assert (refused.status_code, "compared" in refused.content.decode()) == (422, True)
    client.post(url, {**form, "is_sure": "on"})
    call = Call.objects.get(submission=submission, kind=CallKind.DELETE)
    assert call.attempt.values["submissionId"] == submission.vendor_id
    assert retention.erase_due() == 0, "the vendor's answer comes first"
    assert replies.delete_answered(factories.claim_call(submission, CallKind.DELETE), factories.received())
    assert call.pk == Call.objects.get(state="answered", kind=CallKind.DELETE).pk
    assert retention.erase_due() == 1


def asked_at_vendor(submission: Submission) -> Call:
    """Request an erasure including the vendor's copy; the deletion has been sent."""
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    erasure.request_erasure(submission, by=by, why="customer_request", reason="letter of 3 May", at_vendor=True)
    return factories.claim_call(submission, CallKind.DELETE)


def refuse(call: Call) -> None:
    ledger.refuse(call, error="refused", code="admin is required", http_status=400, reply={})


def never_arrive(call: Call) -> None:
    ledger.mark_unknown(call, error="outcomeunknown")
    reconcile.release(call, by=SYSTEM)


def cancel(call: Call) -> None:
    ledger.cancel_sent(call, error="not_configured")


@pytest.mark.parametrize("end", [refuse, never_arrive, cancel])
def test_ours_is_kept_and_the_administrators_are_told_where_the_vendor_keeps_its_copy(
    client: Client, end: Callable[[Call], None]
) -> None:
    submission = decided(Status.REJECTED, years_ago=6)
    end(asked_at_vendor(submission))
    for _each in range(2):
        assert retention.erase_due() == 0, "nor by the clock that has run out in the meantime"
    told = Alert.objects.get(submission=submission)
    assert (told.person.role, told.page) == (Role.ADMINISTRATOR, "retention_act")
    assert "/retention/" in alerts._address(told)
    client.force_login(told.person)
    assert "has not deleted its copy" in client.get("/unread/").content.decode()
    assert submission.reference in client.get("/retention/").content.decode()
    assert "has not deleted its copy" in client.get(f"/retention/{submission.pk}/").content.decode()
    again = asked_at_vendor(factories.reload(submission))
    assert replies.delete_answered(again, factories.received())
    assert retention.erase_due() == 1


def test_ours_goes_alone_where_it_is_asked_for_once_more_without_the_vendors() -> None:
    submission = decided()
    refuse(asked_at_vendor(submission))
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    erasure.request_erasure(
        factories.reload(submission), by=by, why="customer_request", reason="letter", at_vendor=False
    )
    assert retention.erase_due() == 1
    assert not retention.kept_by_vendor().exists()


def test_deletion_that_reading_back_showed_is_one() -> None:
    submission = decided()
    call = asked_at_vendor(submission)
    ledger.mark_unknown(call, error="outcomeunknown")
    ledger.settle(call, "adopted")
    assert retention.erase_due() == 1


def test_erased_one_is_asked_for_no_more() -> None:
    submission = decided()
    as_read = factories.reload(submission)
    erasure.erase(submission, by=SYSTEM, why="mistake")
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    with pytest.raises(StaleSubmission):
        erasure.request_erasure(as_read, by=by, why="customer_request", reason="letter", at_vendor=True)


def test_pages_of_an_erased_submission_still_open(client: Client) -> None:
    submission = decided()
    erasure.erase(submission, by=SYSTEM, why="mistake")
    for role, urls in {
        Role.OFFICER: ("/submissions/", f"/submissions/{submission.pk}/", f"/review/{submission.pk}/"),
        Role.ADMINISTRATOR: ("/retention/", f"/retention/{submission.pk}/"),
    }.items():
        factories.sign_in(client, factories.make_user(role))
        for url in urls:
            assert client.get(url).status_code == 200, url
    factories.sign_in(client, factories.make_user(Role.OFFICER))
    note = client.post(f"/review/{submission.pk}/note/", {"text": "late"})
    assert (note.status_code, "was deleted permanently" in note.content.decode()) == (403, True)


def test_page_of_an_erased_submission_offers_nothing_that_would_be_refused(client: Client) -> None:
    submission = decided()
    factories.sign_in(client, factories.make_user(Role.OFFICER))
    actions = ("/reveal/", "/ask/", "/note/", "customer-text")
    url = f"/submissions/{submission.pk}/"
    before = client.get(url).content.decode()
    assert [text for text in actions if text in before] == list(actions)
    erasure.erase(submission, by=SYSTEM, why="mistake")
    after = client.get(url).content.decode()
    assert "their key was destroyed" in after
    assert [text for text in actions if text in after] == []


def test_administrator_acts_and_others_may_not(client: Client) -> None:
    submission = decided()
    url = f"/retention/{submission.pk}/"
    for role in (Role.AGENT, Role.OFFICER, Role.MANAGER):
        factories.sign_in(client, factories.make_user(role))
        assert client.get("/retention/").status_code == 403
        assert client.post(url, {"action": "hold", "reason": "whatever it is"}).status_code in (403, 404)
    factories.sign_in(client, factories.make_user(Role.ADMINISTRATOR))
    assert client.get(f"/retention/?reference={submission.reference}").headers["Location"] == url
    assert client.get("/retention/?reference=KP-NOSUCHONE").status_code == 200
    client.post(url, {"action": "hold", "reason": "court file 7"})
    client.post(url, {"action": "end", "on": "2024-02-29"})
    submission.refresh_from_db()
    assert submission.legal_hold_at is not None
    assert submission.relationship_ended_at is not None
    assert submission.relationship_ended_at.date() == date(2024, 2, 29)
    blocked = {"action": "erase", "reason": "letter", "why": "mistake", "is_sure": "on"}
    assert "legal hold" in client.post(url, blocked, follow=True).content.decode()
    client.post(url, {"action": "lift", "reason": "file closed"})
    submission.refresh_from_db()
    assert submission.legal_hold_at is None
    assert client.post(url, {"action": "nonsense"}).status_code == 403
    assert client.post(url, {"action": "end", "on": "2024-02-31"}).status_code == 422


@pytest.mark.parametrize(("day", "is_due"), [(27, True), (28, True), (1, False)])
def test_leap_day_has_a_day_to_go_back_to(day: int, is_due: bool) -> None:
    """Five years before 29 February 2024 is 28 February 2019."""
    decided(Status.REJECTED)
    leap_day = clock.now().replace(year=2024, month=2, day=29)
    Submission.objects.update(decided_at=leap_day.replace(year=2019, month=2 if is_due else 3, day=day))
    assert retention.clocks_of(Project.objects.get(), leap_day)["rejected"].exists() == is_due
