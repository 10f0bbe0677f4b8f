"""The worker's process: which cores it uses."""

import os
import subprocess
import sys

import pytest

from kycportal import workers
from submissions.core import redis_client
from tests.broker import redis

__all__ = ["redis"]


def test_worker_and_its_threads_stay_on_one_core() -> None:
    code = """
import os, threading
from celery.signals import worker_init
import django
django.setup()
import kycportal.workers
worker_init.send(sender=None)
threading.Thread(target=lambda: print(len(os.sched_getaffinity(0)))).start()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["1"]


def test_workers_take_one_core_after_the_other(redis: str) -> None:
    first, second = workers._start_number(), workers._start_number()
    assert second == first + 1


def test_without_redis_a_worker_takes_a_core_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "is_away", lambda: True)
    assert workers._start_number() == os.getpid()
