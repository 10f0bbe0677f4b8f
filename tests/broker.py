"""A real Redis-compatible server for one test."""

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from kycportal.run import broker_binary, free_port
from submissions.core import redis_client


@pytest.fixture
def redis(settings: Any) -> Iterator[str]:
    """Start it; return its URL, which is also set in the settings."""
    port = free_port()
    command = [broker_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    redis_client.forget_failure()
    for _time in range(200):
        try:
            redis_client.run_script("return 1", [], [])
            break
        except redis_client.RedisUnavailable:
            redis_client.forget_failure()
            time.sleep(0.05)
    yield settings.REDIS_URL
    server.terminate()
    server.wait()
    redis_client._connection(settings.REDIS_URL).close()
    redis_client.forget_failure()
