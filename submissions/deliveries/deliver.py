"""Take due deliveries, send each outside any transaction, and record its outcome.

At least once: a worker that dies after the receiver's reply leaves a lease, and the message is sent again with the same
id. In order: of each endpoint and submission, only the oldest waiting delivery is sent.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock, metrics
from submissions.deliveries import addresses, outcomes, payload, post, sign, slots
from submissions.models import Delivery, Endpoint

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # the deadline of `post` and a slow look-up of the host name
CONTENT_TYPE = "application/json; charset=utf-8"


def send_next(slot: slots.Slot, on_take: Callable[[], None] | None = None) -> bool:
    """Send one due delivery; return False if there is none, or if its endpoint occupies all threads that it may.

    Args:
        on_take: called before the delivery is sent.
    """
    delivery = take(slot)
    if delivery is None:
        return False
    try:
        if on_take:
            on_take()
        outcome = _send(delivery)
        outcomes.record(delivery, outcome)
        metrics.count("delivery", "delivered" if outcome.is_success else "failed")
    finally:
        slot.leave()
    return True


def take(slot: slots.Slot) -> Delivery | None:
    """Take the delivery that waited longest, with a lease: its time is moved behind it. Workers may run in parallel."""
    full: list[UUID] = []
    while True:
        now = clock.now()
        endpoints = Endpoint.objects.enabled().exclude(pk__in=full).values_list("pk", flat=True)
        due = Delivery.objects.due(now).filter(endpoint__in=list(endpoints)).order_by("due_at", "pk")
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint").first()
            if row is None:
                return None
            if not slot.enter(row.endpoint_id, is_failing=row.endpoint.failing_since is not None):
                full.append(row.endpoint_id)
                continue
            is_mine = _lease(row, now)
        if is_mine:
            related = ("message", "endpoint", "submission")
            return Delivery.objects.select_related(*related).get(pk=row.pk)
        slot.leave()


def _lease(row: Delivery, now: datetime) -> bool:
    """Write the lease. The guard uses this row's own columns only (`outbox.ledger.take_lease` says why)."""
    mine = Delivery.objects.waiting().filter(pk=row.pk, attempts=row.attempts, due_at__lte=now)
    return bool(mine.update(attempts=F("attempts") + 1, due_at=now + LEASE, sent_at=now))


def _send(delivery: Delivery) -> outcomes.Outcome:
    endpoint, now = delivery.endpoint, clock.now()
    try:
        body = payload.body_of(delivery)
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
