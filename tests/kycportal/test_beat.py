"""Beat on a real Redis-compatible server that loses its data or is unavailable for a while."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from celery import Celery

from kycportal.beat import LOOK_AGAIN_AFTER, Scheduler
from kycportal.run import broker_binary, free_port

PORT = free_port()
SCHEDULE = {"look": {"task": "look", "schedule": 60.0}}


@pytest.fixture
def start() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [broker_binary(), "--port", str(PORT), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        _until(lambda: bool(client().ping()))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def client() -> "redis.Redis":
    return redis.Redis(port=PORT)


def _until(holds: Callable[[], bool]) -> None:
    started = time.monotonic()
    while time.monotonic() - started < 10:
        try:
            if holds():
                return
        except redis.ConnectionError:
            time.sleep(0.02)
    raise AssertionError("the server does not answer")


@pytest.fixture
def beat(start: Callable[[], subprocess.Popen[bytes]]) -> tuple[Scheduler, subprocess.Popen[bytes]]:
    server = start()
    url = f"redis://127.0.0.1:{PORT}/0"
    app = Celery("beat-under-test", broker=url)
    app.conf.update(redbeat_redis_url=url, redbeat_redis_options={}, beat_schedule=SCHEDULE, result_expires=None)
    scheduler = Scheduler(app, lock_timeout=5)
    scheduler.tick()
    return scheduler, server


def is_planned() -> bool:
    return bool(client().zscore("redbeat::schedule", "redbeat:look"))


def test_beat_goes_on_after_redis_was_emptied(beat: tuple[Scheduler, subprocess.Popen[bytes]]) -> None:
    scheduler, _server = beat
    client().flushall()
    assert not is_planned()
    assert scheduler.tick() == LOOK_AGAIN_AFTER
    scheduler.tick()
    assert is_planned()
    assert client().exists("redbeat::lock")


def test_beat_goes_on_after_redis_was_away(
    beat: tuple[Scheduler, subprocess.Popen[bytes]], start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    scheduler, server = beat
    server.kill()
    server.wait()
    assert scheduler.tick() == LOOK_AGAIN_AFTER
    start()
    scheduler.tick()
    scheduler.tick()
    assert is_planned()
    assert client().exists("redbeat::lock")
