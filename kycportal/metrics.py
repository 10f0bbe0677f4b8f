"""/metrics for Prometheus: counts from Redis and gauges from the database, the same from every host.

Clients must send METRICS_TOKEN as a bearer token; without that setting the page does not exist. The values come from
`submissions.outbox.metrics` and `submissions.reporting.gauges`; `NAMES` explains each name.
"""

import hmac
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from kycportal import workers
from kycportal.celery import app
from kycportal.health import HEARTBEAT, broker
from submissions.core import metrics as core_metrics
from submissions.core import redis_client
from submissions.outbox import metrics as outbox_metrics
from submissions.reporting import gauges

PREFIX = "kyc_"
GAUGES = {
    "up": "1 when this part answers, by part: database, redis",
    "calls_open": "Calls to the vendor that have not ended, by state",
    "call_oldest_age_seconds": "Age of the oldest such call, by state",
    "review_pending": "Submissions that wait for a decision here (counted to 10,000)",
    "review_oldest_age_seconds": "How long the submission at the head of the review queue has been pending",
    "review_past_target_seconds": "How long it is past its target, 0 while it is not",
    "submissions_overdue": "Submissions whose 24 hours ran out and that have no word from the vendor yet",
    "read_back_late_seconds": "How long the most overdue read of a vendor's record is late",
    "webhook_oldest_age_seconds": "Age of a webhook that is not confirmed yet",
    "webhooks_unhandled": "Webhooks not confirmed yet",
    "export_oldest_age_seconds": "Age of the oldest export not made yet",
    "deliveries_waiting": "Outgoing messages that wait for an enabled endpoint (counted to 10,000)",
    "delivery_oldest_age_seconds": "How long the oldest of them has waited",
    "customer_message_late_seconds": "How long the most overdue message to a customer is late",
    "endpoints_disabled": "Endpoints that the portal disabled because they failed for a day",
    "events_oldest_unsealed_seconds": "Age of the oldest event that no seal holds",
    "audit_stream_behind_seconds": "Age of the oldest seal that the audit stream's destination has not confirmed",
    "sending_stopped": "1 while a manager has stopped sending",
    "sending_on_hold": "1 while a restored database waits for a person",
    "project_paused": "1 while the vendor refuses this project's key or address",
    "project_failed_in_row": "Vendor calls in a row that were not delivered or not answered",
    "project_clock_offset_seconds": "Vendor's clock minus ours",
    "project_calls_today": "Vendor calls of this project's key in this UTC day",
    "project_calls_a_day": "Vendor calls it may make in a UTC day",
    "database_connections": "Connections to the PostgreSQL server",
    "database_connections_limit": "Connections it allows",
    "queue_length": "Wake-ups that lie in the broker, by queue",
    "broker_memory_bytes": "Memory Redis uses",
    "heartbeat_age_seconds": "Since beat's last task was run by a worker",
    "workers": "Workers heard of in the last 30 s",
    "worker_threads": "Their threads",
    "worker_threads_busy": "Threads at work",
}
COUNTERS = {
    "call": ("calls", "What became of calls that change something at the vendor", ("operation", "outcome")),
    "miss": ("deadline_misses", f"Deadlines not kept: {', '.join(outbox_metrics.MISSES)}", ("kind",)),
    "job_row_failed": ("job_rows_failed", "Rows that a periodic job could not handle; the log says which", ("row",)),
}
# Reported as 0 before the first count, because `increase()` ignores the first value of a series.
FROM_NOTHING = {("miss", kind): 0 for kind in outbox_metrics.MISSES}
HISTOGRAMS = {
    "vendor": ("vendor_seconds", "Exchanges with the vendor, reads included", ("operation", "answer")),
}


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse("METRICS_TOKEN is wanted as a bearer token.\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(Collector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Collector:
    """The collector of all metrics; prometheus-client calls it once per page."""

    def collect(self) -> Iterator[Metric]:
        read = [*_database(), *_redis()]
        for name, text in GAUGES.items():
            rows = [gauge for gauge in read if gauge.name == name]
            if rows:
                yield _gauges(name, text, rows)
        yield from _counted()

    def describe(self) -> Iterable[Metric]:
        """Return nothing: by default, registration would read all values to get the names."""
        return []


def _gauges(name: str, text: str, rows: list[gauges.Gauge]) -> Metric:
    labels = [label for label, _value in rows[0].labels]
    family = GaugeMetricFamily(PREFIX + name, text, labels=labels)
    for row in rows:
        family.add_metric([value for _label, value in row.labels], float(row.value))
    return family


def _database() -> list[gauges.Gauge]:
    part = (("part", "database"),)
    try:
        return [*gauges.read(), gauges.Gauge("up", 1, part)]
    except DatabaseError:
        return [gauges.Gauge("up", 0, part)]


def _redis() -> list[gauges.Gauge]:
    part = (("part", "redis"),)
    try:
        return [*_broker(), gauges.Gauge("up", 1, part)]
    except (redis.RedisError, redis_client.RedisUnavailable, OSError):
        return [gauges.Gauge("up", 0, part)]


def _broker() -> Iterator[gauges.Gauge]:
    server = broker()
    for queue in app.amqp.queues:
        yield gauges.Gauge("queue_length", server.llen(queue), (("queue", queue),))
    yield gauges.Gauge("broker_memory_bytes", server.info("memory")["used_memory"])
    beat = server.get(HEARTBEAT)
    if beat is not None:
        yield gauges.Gauge("heartbeat_age_seconds", max(0.0, time.time() - float(beat)))
    pool = workers.pool()
    yield gauges.Gauge("workers", pool.workers)
    yield gauges.Gauge("worker_threads", pool.threads)
    yield gauges.Gauge("worker_threads_busy", pool.busy)


def _counted() -> Iterator[Metric]:
    try:
        counts = FROM_NOTHING | core_metrics.read()
    except redis_client.RedisUnavailable:
        return
    for key, (name, text, labels) in COUNTERS.items():
        family = CounterMetricFamily(PREFIX + name, text, labels=labels)
        for (kind, *values), count in counts.items():
            if kind == key:
                family.add_metric(values, count)
        yield family
    for key, (name, text, labels) in HISTOGRAMS.items():
        yield _histogram(key, HistogramMetricFamily(PREFIX + name, text, labels=labels), counts)


def _histogram(key: str, family: HistogramMetricFamily, counts: dict[tuple[str, ...], int]) -> Metric:
    """Return a histogram; each bucket of Prometheus includes all smaller ones."""
    series: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for (kind, *rest), count in counts.items():
        if kind == key and rest[0] == "le":
            series[tuple(rest[1:-1])][rest[-1]] = count
    for values, held in series.items():
        reached, buckets = 0, []
        for end in (*map(str, core_metrics.BUCKETS), core_metrics.BEYOND):
            reached += held.get(end, 0)
            buckets.append((end, reached))
        family.add_metric(list(values), buckets, counts.get((key, "ms", *values), 0) / 1000)
    return family
