"""A restored database sends nothing, finds its lost calls at the vendor, and waits for a user."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from submissions import tasks
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Call, CallState, DifferenceKind, Status, Submission, Switch
from submissions.models.call import CAPTURED
from submissions.outbox import deadline_sweep, evidence, gate, ledger, restore_hold, restore_watermark, vendor_client
from submissions.vendor_sync import orphans, reconcile, restore_recovery
from tests.submissions.vendor_sync.settling import Bench

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


class Dump:
    """Exclude what happens inside from the restored database; the vendor and the watermark keep it."""

    def __enter__(self) -> "Dump":
        self.inner = transaction.atomic()
        self.inner.__enter__()
        return self

    def __exit__(self, *_error: Any) -> None:
        transaction.set_rollback(True)
        self.inner.__exit__(None, None, None)


def recover(bench: Bench) -> None:
    """Run beat's task on hold, for a little longer than the two reads take."""
    for minutes in (0.1, 0.2, 11, 1):
        bench.advance(minutes)
        restore_recovery.run()
        bench.beat()


def copy_of(switch: Switch) -> Path:
    return Path(django_settings.DATA_DIR) / "ledger" / str(switch.epoch)


def test_every_call_that_leaves_raises_the_tick_and_its_copy(bench: Bench) -> None:
    bench.at()
    switch = Switch.read()
    assert switch.tick == 1
    assert restore_watermark.read(switch.epoch) == 1
    assert restore_hold.is_in_time(switch)


def test_first_call_of_another_worker_is_not_taken_for_a_lost_copy(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a fresh installation this worker looked for the watermark when the other's first call was sent."""
    bench.customers(["", ""])
    bench.press_step1(0)
    bench.press_step1(1)
    read = restore_watermark.read
    looks: list[int] = []

    def slow(epoch: UUID) -> int:
        if looks:
            return read(epoch)
        looks.append(restore_watermark.FORGOTTEN)
        bench.work("fine")
        return restore_watermark.FORGOTTEN

    monkeypatch.setattr(restore_watermark, "read", slow)
    assert gate.is_open()
    assert Switch.read().tick == 1
    assert Switch.read().may_send


def test_nothing_leaves_before_its_copy_can_be_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(epoch: UUID, tick: int) -> None:
        raise restore_watermark.WatermarkNotWritten

    monkeypatch.setattr(restore_watermark, "write", refuse)
    assert not gate.is_open()
    assert Switch.read().may_send, "it waits, and is not on hold"


def lose_a_step1(bench: Bench) -> None:
    """The second customer's Step 1 was sent after the dump, so the restored database does not know it."""
    bench.customers(["", ""])
    bench.press_step1(0)
    bench.work("fine")
    with Dump():
        bench.press_step1(1)
        bench.work("fine")


def test_database_behind_its_copy_is_on_hold_before_anything_leaves(bench: Bench) -> None:
    lose_a_step1(bench)
    bench.press_step1(1)
    assert ledger.take_lease() is None
    switch = Switch.read()
    assert (switch.may_send, switch.on_hold_why) == (False, restore_hold.RESTORED)
    assert "Restore lock" in gate.why_closed(bench.project)


def test_database_without_any_copy_on_a_new_host_is_on_hold(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.at()
    copy_of(Switch.read()).unlink()
    monkeypatch.setattr(restore_watermark.redis_client, "run_script", lambda *_args: None)
    assert not gate.is_open()
    assert Switch.read().on_hold_why == restore_hold.NO_COPY


def test_emptied_redis_is_no_restore(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.at()
    monkeypatch.setattr(restore_watermark.redis_client, "run_script", lambda *_args: None)
    assert gate.is_open()


def test_nobody_to_ask_makes_sending_wait_and_is_no_hold(bench: Bench) -> None:
    """Redis is unavailable and this host has no file: nothing is sent until one of them has the watermark."""
    bench.at()
    copy_of(Switch.read()).unlink()
    assert not gate.is_open()
    assert Switch.read().on_hold_since is None


def test_copy_is_never_lowered(bench: Bench) -> None:
    switch = Switch.read()
    restore_watermark.write(switch.epoch, 7)
    restore_watermark.write(switch.epoch, 5)
    assert restore_watermark.read(switch.epoch) == 7


def test_call_whose_tick_cannot_be_kept_does_not_leave(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise restore_watermark.WatermarkNotWritten

    bench.customers([""])
    bench.press_step1(0)
    monkeypatch.setattr(restore_watermark, "write", refuse)
    assert ledger.take_lease() is None
    assert (bench.call.state, bench.mine.deadline_at) == (CallState.PREPARED, None)


def test_lost_step1_is_found_in_the_vendors_list_and_adopted(bench: Bench) -> None:
    lose_a_step1(bench)
    assert bench.one(1).status == Status.DRAFT
    assert not gate.is_open()
    recover(bench)
    found = bench.one(1)
    assert (found.status, found.step1_calls) == (Status.CONFIRMING, 1)
    assert found.vendor_id
    assert found.ocr["name"]
    assert restore_recovery.progress() == {"unknown": 0, "unasked": 0, "is_listed": True, "strangers": 0}


@pytest.mark.parametrize(
    ("case", "status"),
    [("+approved", Status.APPROVED), ("", Status.PENDING), ("+liveness", Status.INCOMPLETE)],
)
def test_lost_step1_that_was_followed_by_more_is_brought_as_far_as_the_vendor_has_it(
    bench: Bench, case: str, status: Status
) -> None:
    bench.customers(["", case])
    bench.press_step1(0)
    bench.work("fine")
    with Dump():
        bench.press_step1(1)
        bench.work("fine")
        bench.press_step2(1, 1)
        bench.work("fine")
    assert not gate.is_open()
    recover(bench)
    assert (bench.one(1).status, bench.one(1).selfies_sent) == (status, 1)


def test_record_that_webhook_and_list_bring_at_once_is_placed_once(bench: Bench) -> None:
    lose_a_step1(bench)
    assert not gate.is_open()
    seen_by_the_list = bench.one(1)
    recover(bench)
    kyc = next(row for row in bench.vendor.submissions() if row.submission_id == bench.one(1).vendor_id)
    found = vendor_client.client_for(bench.project).get_submission(kyc.submission_id)
    assert orphans._take_back_in(seen_by_the_list, found, 1) == orphans.CALL_UNDER_WAY
    assert (bench.one(1).status, bench.one(1).calls.count()) == (Status.CONFIRMING, 1)


def test_lost_step2_is_read_back_and_its_try_counted(bench: Bench) -> None:
    bench.at("+liveness")
    with Dump():
        bench.press_step2(0, 1)
        bench.work("fine")
    assert not gate.is_open()
    recover(bench)
    assert (bench.mine.status, bench.mine.selfies_sent, bench.mine.tries_left) == (Status.INCOMPLETE, 1, 2)


def test_prepared_call_of_the_dump_may_have_left_and_is_not_sent(bench: Bench) -> None:
    bench.at("+liveness")
    bench.press_step2(0, 1)
    with Dump():
        bench.work("fine")
    assert ledger.take_lease() is None
    restore_recovery.run()
    assert (bench.call.state, bench.call.error, bench.mine.selfies_sent) == (CallState.UNKNOWN, "restored", 1)
    recover(bench)
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 1)
    assert len([entry for entry in bench.vendor.sent if entry["endpoint"] == "step2"]) == 1


@pytest.mark.parametrize("case", ["+liveness", "", "+approved"])
def test_prepared_call_is_not_taken_for_a_later_press_that_the_restored_database_lost(bench: Bench, case: str) -> None:
    bench.at(case)
    bench.press_step2(0, 1)
    with Dump():
        ledger.cancel_prepared(bench.mine, CAPTURED, by=SYSTEM, why="undone")
        bench.press_step2(0, 1)
        bench.work("fine")
        there = bench.vendor.submissions()[0].status
    assert not gate.is_open()
    recover(bench)
    held = bench.mine.calls.get(error="restored")
    assert (held.state, held.settled_as) == (CallState.SETTLED, "not_known")
    assert (bench.mine.status, bench.mine.selfies_sent) == (there, 1)
    assert evidence.tries_processed(bench.mine) == 1


def test_doubt_of_the_dump_is_not_settled_by_what_the_restored_database_lost(bench: Bench) -> None:
    """The call was unknown when dumped; then it was given up and sent again, which only the vendor knows."""
    bench.at("+liveness")
    bench.lose_step2("lost_before")
    with Dump():
        bench.beats(0.1, 11, 20)
        assert bench.call.settled_as == "never_arrived"
        bench.press_step2(0, 1)
        bench.work("fine")
    tasks.settle_unknown_calls()
    recover(bench)
    assert bench.mine.calls.get(error="restored").settled_as == "not_known"
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.INCOMPLETE, 1)


def test_prepared_call_that_never_left_is_offered_again(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    restore_hold.begin(restore_hold.BY_HAND)
    recover(bench)
    bench.beats(20, 1)
    assert (bench.mine.status, bench.mine.selfies_sent) == (Status.CONFIRMING, 0)


def test_submission_whose_row_is_gone_is_listed_for_a_person(bench: Bench) -> None:
    bench.at()
    with Dump():
        bench.customers([""])
        bench.press_step1(1)
        bench.work("fine")
    bench.ids.pop()
    assert not gate.is_open()
    recover(bench)
    row = bench.project.difference_set.get()
    assert (row.kind, row.submission) == (DifferenceKind.UNKNOWN_HERE, None)
    assert restore_recovery.progress()["strangers"] == 1


def test_deadlines_wait_while_on_hold(bench: Bench) -> None:
    bench.at()
    restore_hold.begin(restore_hold.BY_HAND)
    bench.advance(25 * 60)
    assert deadline_sweep.sweep_deadlines() == 0
    assert bench.mine.status == Status.CONFIRMING


def test_lifted_hold_lets_calls_leave_and_the_old_database_is_still_noticed(bench: Bench) -> None:
    bench.at()
    with Dump():
        bench.press_step2(0, 1)
        bench.work("fine")
    assert not gate.is_open()
    recover(bench)
    with Dump():
        restore_hold.lift(by=SYSTEM, why="looked")
        assert gate.is_open()
    assert not gate.is_open()


def test_list_that_cannot_be_read_is_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.at()
    restore_hold.begin(restore_hold.BY_HAND)
    with monkeypatch.context() as away:
        away.setattr(restore_recovery, "_list", lambda *_args: False)
        restore_recovery.run()
        assert not restore_recovery.progress()["is_listed"]
    restore_recovery.run()
    assert restore_recovery.progress()["is_listed"]


def test_reads_go_on_while_on_hold_and_nothing_is_sent(bench: Bench) -> None:
    bench.at()
    bench.press_step2(0, 1)
    restore_hold.begin(restore_hold.BY_HAND)
    sent = len(bench.vendor.sent)
    recover(bench)
    Call.objects.filter(state=CallState.PREPARED).update(not_before=clock.now())
    bench.work("fine")
    assert len(bench.vendor.sent) == sent
    assert Submission.objects.get(pk=bench.mine.pk).vendor_read_at is not None
    assert reconcile.is_stuck(bench.call) is False
