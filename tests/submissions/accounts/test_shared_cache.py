"""Counters are shared through Redis, unreadable there, and continue while it is unavailable."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.test import override_settings

from kycportal.run import broker_binary, free_port
from kycportal.shared_cache import hashed_key
from submissions.core import redis_client


@pytest.fixture(autouse=True)
def _closed_breaker() -> Iterator[None]:
    redis_client.forget_failure()
    yield
    redis_client.forget_failure()


def configured(port: int) -> Any:
    location = f"redis://127.0.0.1:{port}/0"
    options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    backend = {"BACKEND": "kycportal.shared_cache.SharedCache", "KEY_FUNCTION": "kycportal.shared_cache.hashed_key"}
    return override_settings(CACHES={"default": {**backend, "LOCATION": location, "OPTIONS": options}})


def test_without_redis_each_process_still_counts() -> None:
    with configured(free_port()):
        cache = caches["default"]
        cache.clear()
        assert cache.add("failures:agent", 1)
        assert not cache.add("failures:agent", 1)
        assert cache.incr("failures:agent") == 2
        assert cache.get("failures:agent") == 2
        assert cache.delete("failures:agent")
        assert not cache.has_key("failures:agent")


def test_cache_and_scripts_share_one_circuit_breaker() -> None:
    """After either has timed out, neither tries again for some seconds."""
    with configured(free_port()):
        caches["default"].get("failures:agent")
        assert redis_client.is_away()
        with pytest.raises(redis_client.RedisUnavailable):
            redis_client.run_script("return 1", [], [])
        redis_client.forget_failure()
        assert not redis_client.is_away()


def test_a_key_tells_nothing() -> None:
    assert "203.0.113.9" not in hashed_key("allauth:ip:203.0.113.9", "", 1)
    assert hashed_key("a", "", 1) != hashed_key("b", "", 1)


@pytest.mark.slow
def test_redis_holds_hashed_keys_and_two_processes_share_them(tmp_path: Any) -> None:
    import subprocess

    port = free_port()
    server = subprocess.Popen([broker_binary(), "--port", str(port), "--save", "", "--dir", str(tmp_path)])
    try:
        plain = redis.Redis(port=port, socket_connect_timeout=10)
        for _try in range(100):
            try:
                plain.ping()
                break
            except redis.ConnectionError:
                import time

                time.sleep(0.05)
        with configured(port):
            caches["default"].set("failures:203.0.113.9", [1.0])
            (key,) = plain.keys("*")
            assert b"203.0.113.9" not in key
        with configured(port):
            assert caches["default"].get("failures:203.0.113.9") == [1.0]
            server.terminate()
            server.wait(10)
            assert caches["default"].get("failures:203.0.113.9") is None
            caches["default"].set("failures:203.0.113.9", [2.0])
            assert caches["default"].get("failures:203.0.113.9") == [2.0]
    finally:
        server.kill()
        server.wait(10)
