"""Timers of one thread: each fires on time, in any order, and a cancelled one never fires."""

import os
import threading
import time

import pytest

from argos import timers
from argos.timers import Timer

LONG = 3600.0


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "_shared_thread", timers._TimerThread())


def test_earlier_one_that_comes_later_is_not_late() -> None:
    Timer(LONG, lambda: None)
    rung = threading.Event()
    Timer(0.01, rung.set)
    assert rung.wait(10)


def test_each_fires_once_in_the_order_of_its_moment() -> None:
    rung: list[int] = []
    done = threading.Event()
    for at in (3, 1, 2):
        Timer(at / 20, lambda at=at: rung.append(at))  # type: ignore[misc]
    Timer(0.3, done.set)
    assert done.wait(10)
    assert rung == [1, 2, 3]


def test_cancelled_one_does_not_fire_and_does_not_keep_others() -> None:
    rung = threading.Event()
    called: list[str] = []
    first = Timer(0.3, lambda: called.append("it was cancelled"))
    first.cancel()
    Timer(0.5, rung.set)
    assert rung.wait(10)
    assert called == []


def test_one_that_fails_does_not_keep_others(caplog: pytest.LogCaptureFixture) -> None:
    rung = threading.Event()
    Timer(0.0, lambda: 1 / 0)
    Timer(0.05, rung.set)
    assert rung.wait(10)
    assert "failed" in caplog.text


def test_cancelled_ones_are_forgotten() -> None:
    """A worker creates one for each call and cancels nearly all."""
    for _each in range(1000):
        Timer(LONG, lambda: None).cancel()
    rung = threading.Event()
    Timer(0.0, rung.set)
    assert rung.wait(10)
    until = time.monotonic() + 10
    while timers._shared_thread._timers and time.monotonic() < until:
        Timer(0.0, lambda: None)
        time.sleep(0.01)
    assert timers._shared_thread._timers == []


def test_they_share_one_thread() -> None:
    before = threading.active_count()
    made = [Timer(LONG, lambda: None) for _each in range(50)]
    assert threading.active_count() == before + 1
    for one in made:
        one.cancel()


def test_forked_process_has_its_own() -> None:
    Timer(LONG, lambda: None)
    child = os.fork()
    if not child:
        has_rung = False
        try:
            rung = threading.Event()
            Timer(0.01, rung.set)
            has_rung = rung.wait(10)
        finally:
            os._exit(0 if has_rung else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_thread_that_could_not_start_is_started_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(threading.Thread, "start", lambda _thread: (_ for _ in ()).throw(RuntimeError("no thread")))
        with pytest.raises(RuntimeError):
            Timer(0.0, lambda: None)
    assert timers._shared_thread._timers == []
    rung = threading.Event()
    Timer(0.0, rung.set)
    assert rung.wait(10)
