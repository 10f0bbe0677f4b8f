"""Read counts and ages of open work from partial indexes, so that the cost depends on the open rows only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Min

from submissions.audit import hash_chain
from submissions.audit.stream import sending
from submissions.core import clock
from submissions.models import (
    Call,
    CallState,
    CustomerMessage,
    Delivery,
    Endpoint,
    Export,
    Project,
    Status,
    Submission,
    Switch,
    WebhookDelivery,
)
from submissions.models.call import OPEN_STATES
from submissions.outbox import vendor_client

COUNTED_TO = 10_000  # a maximum, because counting more would cost as much as the backlog is long


@dataclass(frozen=True)
class Gauge:
    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def read() -> Iterator[Gauge]:
    """Yield all gauges; ages are in seconds, 0 if nothing waits."""
    now = clock.now()
    yield from _calls(now)
    yield from _review(now)
    yield from _reads(now)
    yield from _deliveries(now)
    yield Gauge("customer_message_late_seconds", _age(_first_due_message(), now))
    yield from _switch()
    yield from _projects()
    yield from _connections()
    yield Gauge("events_oldest_unsealed_seconds", _age(hash_chain.oldest_unsealed_at(), now))
    if stream := sending.state():
        yield Gauge("audit_stream_behind_seconds", stream.behind)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _first_due_message() -> datetime | None:
    first: datetime | None = CustomerMessage.objects.waiting().aggregate(first=Min("due_at"))["first"]
    return first


def _calls(now: datetime) -> Iterator[Gauge]:
    """Yield the calls by state with one query per state, because each has a partial index."""
    for state in OPEN_STATES:
        since = "prepared_at" if state == CallState.PREPARED else "sent_at"
        totals = Call.objects.filter(state=state).aggregate(count=Count("pk"), oldest=Min(since))
        label = (("state", state.value),)
        yield Gauge("calls_open", totals["count"], label)
        yield Gauge("call_oldest_age_seconds", _age(totals["oldest"], now), label)


def _review(now: datetime) -> Iterator[Gauge]:
    """Yield the length of the queue and the age of its first row, which usually has waited longest."""
    queue = Submission.objects.awaiting_review()
    first = queue.order_by("target_at", "id").values("pending_at", "target_at").first()
    pending_at, target_at = (first["pending_at"], first["target_at"]) if first else (None, None)
    yield Gauge("review_pending", _count(queue))
    yield Gauge("review_oldest_age_seconds", _age(pending_at, now))
    yield Gauge("review_past_target_seconds", _age(target_at, now))
    yield Gauge("submissions_overdue", _count(Submission.objects.filter(status=Status.OVERDUE)))


def _reads(now: datetime) -> Iterator[Gauge]:
    """Yield due reads and confirmations and how late they are, in seconds."""
    silent = Submission.objects.filter(next_read_at__isnull=False).aggregate(due=Min("next_read_at"))["due"]
    hints = WebhookDelivery.objects.filter(handled_at=None, next_try_at__isnull=False)
    hint = hints.order_by("next_try_at").values_list("received_at", flat=True).first()
    waiting = Export.objects.filter(state__in=("waiting", "running"))
    export = waiting.order_by("asked_at").values_list("asked_at", flat=True).first()
    yield Gauge("read_back_late_seconds", _age(silent, now))
    yield Gauge("webhook_oldest_age_seconds", _age(hint, now))
    yield Gauge("webhooks_unhandled", _count(hints))
    yield Gauge("export_oldest_age_seconds", _age(export, now))


def _deliveries(now: datetime) -> Iterator[Gauge]:
    """Yield the waiting outgoing messages of enabled endpoints, and the endpoints that the portal disabled."""
    waiting = Delivery.objects.waiting().filter(endpoint__disabled_at=None)
    yield Gauge("deliveries_waiting", _count(waiting))
    yield Gauge("delivery_oldest_age_seconds", _age(waiting.aggregate(oldest=Min("waiting_since"))["oldest"], now))
    yield Gauge("endpoints_disabled", Endpoint.objects.filter(disabled_at__isnull=False, disabled_by=None).count())


def _count(rows: Any) -> int:
    return int(rows.order_by()[:COUNTED_TO].count())


def _switch() -> Iterator[Gauge]:
    switch = Switch.read()
    yield Gauge("sending_stopped", switch.stopped_at is not None)
    yield Gauge("sending_on_hold", switch.on_hold_since is not None)


def _projects() -> Iterator[Gauge]:
    for project in Project.objects.filter(is_open=True):
        label = (("project", str(project.pk)),)
        yield Gauge("project_paused", project.paused_at is not None, label)
        yield Gauge("project_failed_in_row", project.undelivered_in_row, label)
        yield Gauge("project_clock_offset_seconds", project.clock_offset, label)
        yield Gauge("project_calls_a_day", project.calls_per_day, label)
        spent = vendor_client.budget_of(project).spent_today()
        if spent is not None:
            yield Gauge("project_calls_today", spent, label)


def _connections() -> Iterator[Gauge]:
    """Yield PostgreSQL's connections of all hosts, without its background processes; SQLite has none."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity WHERE datid IS NOT NULL"
        )
        used, limit = cursor.fetchone()
    yield Gauge("database_connections", used)
    yield Gauge("database_connections_limit", limit)
