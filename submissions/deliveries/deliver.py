"""Take due deliveries, send each outside any transaction, and record its outcome.

At least once: a worker that dies after the receiver's reply leaves a lease, and the message is sent again with the same
id. In order: of each endpoint and submission, only the oldest waiting delivery is sent.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.deliveries import addresses, chat, outcomes, payload, post, sign, slots
from submissions.models import Delivery, Endpoint
from submissions.models.submission_key import take_key

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # the deadline of `post` and a slow look-up of the host name
BATCH = 8  # deliveries in one lease
# A slow receiver must not delay the rest of a batch, which other threads can send; the lease is much longer.
BATCH_LASTS = 1.0  # seconds
CONTENT_TYPE = "application/json; charset=utf-8"


def send_next(slot: slots.Slot, on_take: Callable[[], None] | None = None) -> int:
    """Send some due deliveries of one endpoint; return the number of attempts.

    0 if nothing is due, or if the endpoints with due deliveries occupy all threads that they may.

    Args:
        on_take: called before the first delivery is sent.
    """
    batch = take(slot)
    if not batch:
        return 0
    try:
        if on_take:
            on_take()
        return _send_each(batch)
    finally:
        slot.leave()


def take(slot: slots.Slot) -> list[Delivery]:
    """Take due deliveries of any endpoint that may occupy this thread. Workers may run in parallel."""
    endpoints = list(Endpoint.objects.enabled().select_related("created_by").order_by())
    random.shuffle(endpoints)  # so that a backlog of one endpoint does not delay the others
    for endpoint in endpoints:
        if slot.enter(endpoint.pk, is_failing=endpoint.failing_since is not None):
            if batch := _take_from(endpoint):
                return batch
            slot.leave()
    return []


def _take_from(endpoint: Endpoint) -> list[Delivery]:
    """Take the endpoint's deliveries that are due longest, with a lease: their due time is moved behind it.

    They are of different submissions. A lease of several costs as much as a lease of one, and that is three quarters of
    the work of a delivery.
    """
    now = clock.now()
    due = Delivery.objects.due(now).filter(endpoint=endpoint).with_what_is_sent().order_by("due_at")
    size = BATCH if endpoint.failing_since is None else 1
    while True:
        with transaction.atomic():
            rows = list(due.select_for_update(skip_locked=True, of=("self",))[:size])
            if rows and not _lease(rows, now):
                transaction.set_rollback(True)
                continue
        for row in rows:
            row.attempts, row.sent_at, row.endpoint = row.attempts + 1, now, endpoint
            if row.submission is not None:
                take_key(row.submission, row.wrapped_key)
        return rows


def _lease(rows: list[Delivery], now: datetime) -> bool:
    """Write the lease. The guard uses the rows' own columns only (`outbox.ledger.take_lease` says why)."""
    mine = Delivery.objects.waiting().filter(pk__in=[row.pk for row in rows], due_at__lte=now)
    return bool(mine.update(attempts=F("attempts") + 1, due_at=now + LEASE, sent_at=now) == len(rows))


def _send_each(batch: list[Delivery]) -> int:
    """Send until a delivery fails or the time is up; return the number of attempts."""
    began, sent = time.monotonic(), 0
    for delivery in batch:
        outcome = _send(delivery)
        outcomes.record(delivery, outcome)
        sent += 1
        if not outcome.is_success or time.monotonic() - began > BATCH_LASTS:
            break
    if rest := batch[sent:]:
        _put_back(rest, batch[0].sent_at)
    return sent


def _put_back(rest: list[Delivery], taken_at: datetime | None) -> None:
    """Make them due as before, unless another worker has taken them since."""
    for row in rest:
        row.attempts -= 1
    Delivery.objects.waiting().filter(sent_at=taken_at).bulk_update(rest, ["attempts", "due_at"])


def _send(delivery: Delivery) -> outcomes.Outcome:
    endpoint, now = delivery.endpoint, clock.now()
    try:
        body = payload.body_of(delivery) if endpoint.is_webhook else payload.Body(chat.body_of(delivery), [], [])
        target = addresses.check(endpoint.url)
        if body.personal:
            _record_personal(delivery, body.personal)
        signed = sign.headers(str(delivery.message_id), now, body.text, endpoint.secrets_at(now))
        reply = post.post(target, body.text.encode(), {**signed, "Content-Type": CONTENT_TYPE})
    except addresses.AddressRefused as refused:
        return outcomes.Outcome(error=f"address_{refused.code}")
    except post.NotDelivered as failure:
        return outcomes.Outcome(error=failure.code)
    except Exception:
        log.exception("delivery %s broke before it was sent", delivery.pk)
        return outcomes.Outcome(error="portal_fault")
    return outcomes.of_reply(reply, body.private)


def _record_personal(delivery: Delivery, names: list[str]) -> None:
    """Record before each attempt that personal data is sent to a receiver: the reply may be lost."""
    fields = {"endpoint": delivery.endpoint.name, "sent": names}
    with transaction.atomic():
        events.record("personal_data_sent", by=SYSTEM, submission=delivery.submission, fields=fields)
