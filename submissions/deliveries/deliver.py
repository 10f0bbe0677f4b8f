"""Take due deliveries, send each outside any transaction, and record its outcome.

At least once: a worker that dies after the receiver's reply leaves a lease, and the message is sent again with the same
id. In order: of each endpoint and submission, only the oldest waiting delivery is sent.
"""

import logging
import random
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
        outcomes.record(delivery, _send(delivery))
    finally:
        slot.leave()
    return True


def take(slot: slots.Slot) -> Delivery | None:
    """Take a due delivery of any endpoint that may occupy this thread. Workers may run in parallel."""
    endpoints = list(Endpoint.objects.enabled().select_related("created_by").order_by())
    random.shuffle(endpoints)  # so that a backlog of one endpoint does not delay the others
    for endpoint in endpoints:
        if slot.enter(endpoint.pk, is_failing=endpoint.failing_since is not None):
            if (delivery := _take_from(endpoint)) is not None:
                return delivery
            slot.leave()
    return None


def _take_from(endpoint: Endpoint) -> Delivery | None:
    """Take the endpoint's delivery that is due longest, with a lease: its due time is moved behind it."""
    now = clock.now()
    due = Delivery.objects.due(now).filter(endpoint=endpoint).with_what_is_sent().order_by("due_at", "pk")
    while True:
        with transaction.atomic():
            row: Delivery | None = due.select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                return None
            if not _lease(row, now):
                continue
        row.attempts += 1
        row.endpoint = endpoint
        if row.submission is not None:
            take_key(row.submission, row.wrapped_key)
        return row


def _lease(row: Delivery, now: datetime) -> bool:
    """Write the lease. The guard uses this row's own columns only (`outbox.ledger.take_lease` says why)."""
    mine = Delivery.objects.waiting().filter(pk=row.pk, attempts=row.attempts, due_at__lte=now)
    return bool(mine.update(attempts=F("attempts") + 1, due_at=now + LEASE, sent_at=now))


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
