"""/metrics: protected by the token, correct over all processes, at a cost that depends on open work only."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from argos.client import Exchange
from kycportal import health, metrics, workers
from submissions.core import metrics as core_metrics
from submissions.models import CallKind
from submissions.outbox import instrumentation, ledger
from submissions.outbox import metrics as outbox_metrics
from submissions.reporting import gauges
from tests.broker import redis
from tests.factories import VALUES, claim_call, make_at

__all__ = ["redis"]

TOKEN = "a-token-for-prometheus"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NONE_MISSED = {
    "overdue": 0,
    "abandoned": 0,
    "call_too_late": 0,
}  # exported from the start, because an alert counts increases
# Tables that grow with every submission: no query may scan one.
GROWING = ("submissions_submission", "submissions_call", "submissions_event", "submissions_webhookdelivery")


@pytest.fixture
def token(settings: Any) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def read(client: Client) -> dict[str, float]:
    page = client.get("/metrics", headers=BEARER)
    assert page.status_code == 200
    lines = [line for line in page.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in (line.rpartition(" ") for line in lines)}


def test_there_is_no_such_page_without_a_token_set(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer ", TOKEN + "x", "Bearer é"])
def test_wrong_token_is_refused(client: Client, token: str, given: str) -> None:
    refused = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert refused.status_code == 401
    assert b"kyc_" not in refused.content


@pytest.mark.django_db
def test_what_waits_and_what_happened_is_reported(client: Client, token: str, redis: str) -> None:
    make_at("pending")
    ledger.mark_unknown(claim_call(make_at("step2_sending"), CallKind.STEP2), error="cut")
    core_metrics.count("call", "step2", "answered")
    instrumentation.note(Exchange("step2", 0.3, 200))
    workers._reported["threads"] = 8
    workers.report(at_once=True)
    health.note_heartbeat()
    told = read(client)
    assert told['kyc_up{part="database"}'] == told['kyc_up{part="redis"}'] == 1
    assert told['kyc_calls_open{state="unknown"}'] == 1
    assert told["kyc_review_pending"] == 1
    assert told['kyc_calls_total{operation="step2",outcome="answered"}'] == 1
    assert {kind: told[f'kyc_deadline_misses_total{{kind="{kind}"}}'] for kind in outbox_metrics.MISSES} == NONE_MISSED
    assert told['kyc_vendor_seconds_bucket{answer="2xx",le="0.25",operation="step2"}'] == 0
    assert told['kyc_vendor_seconds_bucket{answer="2xx",le="0.5",operation="step2"}'] == 1
    assert told['kyc_vendor_seconds_bucket{answer="2xx",le="+Inf",operation="step2"}'] == 1
    assert (told["kyc_workers"], told["kyc_worker_threads"]) == (1, 8)
    assert told["kyc_heartbeat_age_seconds"] < 60


@pytest.mark.django_db
def test_nothing_personal_is_reported(client: Client, token: str, redis: str) -> None:
    submission = make_at("pending")
    page = client.get("/metrics", headers=BEARER).content.decode()
    for value in (*VALUES.values(), submission.reference, str(submission.pk), submission.created_by.username):
        assert value not in page


@pytest.mark.django_db
def test_redis_that_is_gone_is_reported(client: Client, token: str) -> None:
    told = read(client)
    assert told['kyc_up{part="redis"}'] == 0
    assert told['kyc_up{part="database"}'] == 1
    assert "kyc_review_pending" in told


@pytest.mark.django_db
def test_gauges_read_no_growing_table_from_end_to_end() -> None:
    make_at("pending")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        list(gauges.read())
    queries = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert 8 < len(queries) <= 20
    if connection.vendor != "sqlite":
        return
    for sql in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
        scans = [step for step in plan if step in {f"SCAN {table}" for table in GROWING}]
        assert scans == [], f"{sql}\n{plan}"


@pytest.mark.django_db
def test_workers_not_heard_of_are_not_counted(redis: str) -> None:
    workers.report(at_once=True)
    workers.redis_client.run_script(workers._SET, [workers.KEY], ["gone:1", f"{time.time() - 60:.0f} 8 8"])
    assert workers.pool().workers == 1


def test_every_name_is_explained() -> None:
    texts = [*metrics.GAUGES.values(), *(text for _name, text, _labels in metrics.COUNTERS.values())]
    assert all(texts)
