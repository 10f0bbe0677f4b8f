"""/healthz and /readyz: alive is not ready, and a load balancer may request a single part."""

import pytest
from django.test import Client

from kycportal import health
from tests.broker import redis

__all__ = ["redis"]
pytestmark = pytest.mark.django_db


def test_alive_asks_nothing(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").content == b"ok"


def test_every_part_is_shown_by_name(client: Client) -> None:
    """The tests have no Redis, so Redis and the worker are the failing parts."""
    reply = client.get("/readyz")
    assert reply.status_code == 503
    told = reply.json()
    assert (told["database"], told["storage"]) == ("ok", "ok")
    assert told["broker"] != "ok"
    assert told["worker_and_beat"] != "ok"


def test_ready_when_all_answer(client: Client, redis: str) -> None:
    health.note_heartbeat()
    reply = client.get("/readyz")
    assert (reply.status_code, set(reply.json().values())) == (200, {"ok"})


@pytest.mark.parametrize(
    ("only", "status", "parts"), [("database", 200, 1), ("database,broker", 503, 2), ("no", 503, 4)]
)
def test_balancer_asks_about_one_part(client: Client, only: str, status: int, parts: int) -> None:
    reply = client.get("/readyz", {"only": only})
    assert (reply.status_code, len(reply.json())) == (status, parts)


def test_storage_is_written_to_seldom_however_often_strangers_ask(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[None] = []
    faults: list[Exception] = [PermissionError(), OSError()]

    def write() -> None:
        written.append(None)
        raise faults[len(written) - 1]

    monkeypatch.setitem(health.CHECKS, "storage", health._seldom(write))
    said = [client.get("/readyz?only=storage").json()["storage"] for _time in range(5)]
    assert (said, len(written)) == (["PermissionError"] * 5, 1)
    monkeypatch.setattr(health, "SELDOM", -1)
    assert client.get("/readyz?only=storage").json() == {"storage": "OSError"}
