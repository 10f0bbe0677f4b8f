"""A failing row does not stop a periodic job: the rows after it are handled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from submissions.core import clock, isolated_rows
from submissions.models import Alert, CallKind, Export, Role, Status, Submission
from submissions.outbox import deadline_sweep, gate, ledger
from submissions.privacy import erasure, retention
from submissions.reporting.exports import create, expiry, generate
from submissions.review.page import score_distribution
from submissions.vendor_sync import polling, reconcile, restore_recovery
from submissions.workflow import alerts
from tests import factories

pytestmark = pytest.mark.django_db


def broken_for(function: Callable[..., Any], bad: object) -> Callable[..., Any]:
    """Wrap the function so that it raises for `bad`."""

    def breaks(row: Any, *args: Any, **kwargs: Any) -> Any:
        if bad in (getattr(row, "pk", None), getattr(row, "submission_id", None)):
            raise ZeroDivisionError
        return function(row, *args, **kwargs)

    return breaks


def test_each_counts_and_goes_on() -> None:
    assert isolated_rows.each([1, 0, 2], lambda row: 2 // row, "a row") == 2


def test_alerts_go_on_after_a_bad_row_and_mails_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = factories.make_at(Status.CONFIRMING), factories.make_at(Status.CONFIRMING)
    past = clock.now() - timedelta(minutes=5)
    Submission.objects.filter(pk=bad.pk).update(next_alert_at=past - timedelta(minutes=1))
    Submission.objects.filter(pk=good.pk).update(next_alert_at=past)
    monkeypatch.setattr(alerts, "people", broken_for(alerts.people, bad.pk))
    assert alerts.raise_due() == 1
    assert {alert.submission_id for alert in Alert.objects.all()} == {good.pk}
    assert good.reference in mail.outbox[0].subject


def test_mail_that_cannot_be_written_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = factories.make_at(Status.CONFIRMING)
    first, second = factories.make_user(Role.OFFICER), factories.make_user(Role.OFFICER)
    first.email = "a@example.com\nBcc: b@example.com"
    first.save(update_fields=["email"])
    alerts.notify(submission, "deadline_60", clock.now(), [first, second])
    assert alerts.send_mails() == 1
    assert [message.to for message in mail.outbox] == [[second.email]]


def expired_exports() -> list[Export]:
    who = factories.make_user(Role.OFFICER)
    made = [
        create.request_export("list", "csv", "", by=factories.by(who), reason="monthly", is_open=False)
        for _each in range(2)
    ]
    generate.make_waiting()
    Export.objects.update(expires_at=clock.now())
    return made


def test_exports_expire_after_a_bad_row(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _good = expired_exports()
    monkeypatch.setattr(expiry, "_expire", broken_for(expiry._expire, bad.pk))
    assert expiry.expire() == 1


def test_histograms_go_on_after_a_bad_project(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = factories.make_at(Status.APPROVED).project
    factories.make_at(Status.APPROVED)
    monkeypatch.setattr(score_distribution, "_refresh", broken_for(score_distribution._refresh, bad.pk))
    assert score_distribution.refresh() == 1


def test_leases_lapse_after_a_bad_row(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [factories.claim_call(factories.make_at(Status.STEP1_SENDING), CallKind.STEP1) for _each in range(2)]
    type(calls[0]).objects.update(lease_until=clock.now() - timedelta(minutes=1))
    monkeypatch.setattr(ledger, "mark_unknown", broken_for(ledger.mark_unknown, calls[0].pk))
    assert ledger.lapse_leases() == 1


def test_erasures_go_on_after_a_bad_row_and_a_bad_part(monkeypatch: pytest.MonkeyPatch) -> None:
    old = [factories.make_draft() for _each in range(2)]
    past = clock.now() - timedelta(days=60)
    Submission.objects.update(created_at=past, updated_at=past)
    monkeypatch.setattr(erasure, "erase", broken_for(erasure.erase, min(old, key=lambda one: one.pk).pk))
    monkeypatch.setattr(retention, "notify_of_kept_records", lambda: 1 / 0)
    assert retention.erase_due() == 1


def test_probes_go_on_after_a_bad_project(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = (factories.make_project(undelivered_in_row=gate.DOWN_AFTER) for _each in range(2))
    asked: list[object] = []
    monkeypatch.setattr(gate, "probe", broken_for(lambda project: asked.append(project.pk), bad.pk))
    polling.probe_down_projects()
    assert asked == [good.pk]


def test_recovery_lists_the_other_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = factories.make_project(), factories.make_project()
    listed: list[object] = []
    monkeypatch.setattr(
        restore_recovery, "_list", broken_for(lambda project, switch: not listed.append(project.pk), bad.pk)
    )
    monkeypatch.setattr(restore_recovery.restore_hold, "is_in_time", lambda switch: True)
    restore_recovery.restore_hold.begin(restore_recovery.restore_hold.BY_HAND)
    restore_recovery.run()
    assert listed == [good.pk]
    assert not restore_recovery.progress()["is_listed"]


def test_deadlines_and_settling_go_on_after_a_bad_row(monkeypatch: pytest.MonkeyPatch) -> None:
    past = clock.now() - timedelta(minutes=10)
    bad, good = factories.make_at(Status.CONFIRMING), factories.make_at(Status.CONFIRMING)
    Submission.objects.filter(pk=bad.pk).update(deadline_at=past - timedelta(minutes=1))
    Submission.objects.filter(pk=good.pk).update(deadline_at=past)
    monkeypatch.setattr(deadline_sweep, "_close", broken_for(deadline_sweep._close, bad.pk))
    assert deadline_sweep.sweep_deadlines() == 1
    doubted = [factories.claim_call(factories.make_at(Status.STEP1_SENDING), CallKind.STEP1) for _each in range(2)]
    for call in doubted:
        ledger.mark_unknown(call, error="cut")
    type(doubted[0]).objects.update(next_read_at=past)
    tried: list[object] = []
    monkeypatch.setattr(reconcile, "settle_one", broken_for(lambda call: not tried.append(call.pk), doubted[0].pk))
    reconcile.settle_due()
    assert tried == [doubted[1].pk]
