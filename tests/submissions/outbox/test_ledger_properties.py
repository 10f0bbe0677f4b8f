"""After any order of actions, losses, crashes, webhooks and clock changes, the ledger and the vendor agree.

The machine is useful only if it can fail: with each guard removed here, a short run of it fails.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from submissions.capture import submit
from submissions.models import Call, Status
from submissions.outbox import evidence, ledger
from submissions.vendor_sync import reconcile, status_table, worker
from tests import scale
from tests.submissions.outbox.ledger_machine import LedgerMachine

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_ledger_and_vendor_agree_whatever_happens() -> None:
    bounds = settings(
        max_examples=scale.sized(8, 60),
        stateful_step_count=scale.sized(30, 40),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(scale.SEED)(LedgerMachine), settings=bounds)


@contextmanager
def machine(*cases: str) -> Iterator[LedgerMachine]:
    """Return a machine whose steps a test calls itself; it is compared at the end as always."""
    driven = LedgerMachine()
    try:
        driven.customers(list(cases) or [""])
        yield driven
    finally:
        driven.teardown()


def to_confirming(driven: LedgerMachine) -> None:
    driven.press_step1(0)
    driven.work("fine")
    assert driven.one(0).status == Status.CONFIRMING


def lost_step2_under_lag(driven: LedgerMachine) -> None:
    """The vendor has the attempt, its record shows it eight minutes later, and the agent sends again when offered."""
    to_confirming(driven)
    driven.advance(11)
    driven.lag(8)
    driven.press_step2(0, 1)
    driven.work("lost_after")
    driven.advance(0.1)
    driven.beat()
    driven.advance(1)
    driven.beat()
    driven.press_step2(0, 1)
    driven.work("fine")
    driven.one_open_call_each()
    driven.no_selfie_is_processed_twice()


def a_dead_worker(driven: LedgerMachine) -> None:
    to_confirming(driven)
    driven.press_step2(0, 1)
    driven.die(True)
    driven.advance(6)
    driven.beat()
    driven.work("fine")
    driven.no_selfie_is_processed_twice()


def a_late_reply(driven: LedgerMachine) -> None:
    to_confirming(driven)
    driven.press_step2(0, 1)
    driven.stand_still()
    driven.come_late()


def four_selfies(driven: LedgerMachine) -> None:
    to_confirming(driven)
    for _time in range(4):
        driven.press_step2(0, 1)
        driven.work("fine")
    driven.never_a_fourth_selfie()


def four_selfies_at_a_patient_vendor(driven: LedgerMachine) -> None:
    driven.vendor.state.knobs.reject_at = 9
    four_selfies(driven)


def a_call_in_the_queue_at_the_deadline(driven: LedgerMachine) -> None:
    driven.vendor.state.knobs.first_step2_hours = 0
    to_confirming(driven)
    driven.press_step2(0, 1)
    driven.advance(24 * 60 + 1)
    driven.work("fine")
    driven.nothing_leaves_after_the_deadline()


def a_status_from_before_the_selfie(driven: LedgerMachine) -> None:
    """The vendor lists no attempts, keeps the selfie, and for two minutes shows the status from before it."""
    to_confirming(driven)
    driven.advance(11)
    driven.hide_attempts(True)
    driven.lag(2)
    driven.press_step2(0, 1)
    driven.work("junk_after")
    for _time in range(2):
        driven.advance(0.2)
        driven.beat()
    driven.press_step2(0, 1)
    driven.work("5xx_after")


COURSES: dict[str, tuple[Callable[[LedgerMachine], None], str]] = {
    "lag": (lost_step2_under_lag, "+liveness"),
    "death": (a_dead_worker, "+fail"),
    "late": (a_late_reply, ""),
    "stale": (a_status_from_before_the_selfie, ""),
    "four": (four_selfies, "+liveness2"),
    "deadline": (a_call_in_the_queue_at_the_deadline, ""),
}


@pytest.mark.parametrize("course", COURSES)
def test_course_holds_with_its_guard(course: str) -> None:
    run, case = COURSES[course]
    with machine(case) as driven:
        run(driven)


def believe_the_first_read(call: Call, client: Any) -> bool:
    reconcile.release(call, by=ledger.SYSTEM)
    return True


def requeue_instead_of_unknown(call: Call, *, error: str, **more: Any) -> bool:
    return ledger.requeue(call, error=error)


GUARDS: dict[str, tuple[str, Any, str, Any]] = {
    "two reads, minutes apart": ("lag", reconcile, "_nothing_changed", believe_the_first_read),
    "a dead worker's call is unknown": ("death", ledger, "mark_unknown", requeue_instead_of_unknown),
    "a late reply ends its call": ("late", ledger, "end", lambda *given, **more: False),
    "a record from before the call has no result of it": ("stale", evidence, "_is_older", lambda *given: False),
    "the deadline is asked before it leaves": ("deadline", worker.deadlines, "is_in_time", lambda *given: True),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_machine_fails_without(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    course, module, name, stand_in = GUARDS[guard]
    run, case = COURSES[course]
    monkeypatch.setattr(module, name, stand_in)
    if course == "lag":
        monkeypatch.setattr(status_table, "_correct_tries", lambda *given: None)
    with pytest.raises(AssertionError), machine(case) as driven:
        run(driven)


def test_machine_fails_when_a_fourth_selfie_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor itself rejects at three; without that, only our own count prevents a fourth.

    It is checked twice: in the action, and when the call is sent.
    """
    monkeypatch.setattr(submit, "check_tries", lambda *given: None)
    with machine("+fail") as driven:
        four_selfies_at_a_patient_vendor(driven)
    count_start = ledger.count_start
    monkeypatch.setattr(ledger, "count_start", lambda *given: count_start(*given) or True)
    with pytest.raises(AssertionError), machine("+fail") as driven:
        four_selfies_at_a_patient_vendor(driven)


def test_reads_are_passed_over_for_longer_than_settling_waits() -> None:
    assert timedelta(minutes=LedgerMachine.settle_minutes) < evidence.MAY_LAG
