"""Record the outcome of a delivery, and disable an endpoint that has failed for a day."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.deliveries.post import Reply
from submissions.models import Delivery, DeliveryState, Endpoint
from submissions.models.message import REPLY_LENGTH

GIVES_UP_AFTER = timedelta(days=3)
DISABLED_AFTER = timedelta(days=1)
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(hours=4)
GONE = 410  # by the Standard Webhooks specification the receiver wants no further message


@dataclass(frozen=True)
class Outcome:
    """`error` is empty for a success; `reply` is text for the page."""

    error: str = ""
    status: int | None = None
    reply: str = ""
    retry_after: timedelta = timedelta(0)

    @property
    def is_success(self) -> bool:
        return not self.error


def of_reply(reply: Reply, private: list[str]) -> Outcome:
    """Return the outcome of a reply. A redirect is a failure: its target was not checked."""
    text = _clean(reply.body.decode("utf-8", "replace"), private)
    if 200 <= reply.status < 300:
        return Outcome("", reply.status, text)
    error = "redirect" if 300 <= reply.status < 400 else "status"
    wait = timedelta(seconds=int(reply.retry_after[:6])) if reply.retry_after.isdecimal() else timedelta(0)
    return Outcome(error, reply.status, text, min(wait, LONGEST))


def _clean(text: str, private: list[str]) -> str:
    """Return the beginning of the text on one line, without control characters and without the customer's values."""
    for value in private:
        text = text.replace(value, "***")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:REPLY_LENGTH]


def record(delivery: Delivery, outcome: Outcome) -> bool:
    """Write the outcome. False if the lease ended and another worker took the delivery, or an administrator did."""
    now = clock.now()
    columns: dict[str, Any] = {"status_code": outcome.status, "error": outcome.error, "reply": outcome.reply}
    if outcome.is_success:
        columns |= {"state": DeliveryState.DELIVERED, "delivered_at": now}
    elif delivery.waited >= GIVES_UP_AFTER:
        columns |= {"state": DeliveryState.FAILED}
    else:
        columns |= {"due_at": now + max(wait_after(delivery.waited), outcome.retry_after)}
    mine = Delivery.objects.waiting().filter(pk=delivery.pk, attempts=delivery.attempts)
    if outcome.is_success and delivery.endpoint.failing_since is None:
        return bool(mine.update(**columns))
    with transaction.atomic():
        if not mine.update(**columns):
            return False
        _note(delivery.endpoint, outcome)
    return True


def wait_after(waited: timedelta) -> timedelta:
    """Return the delay before the next attempt: as long as it has waited so far, 5 s to 4 h, 20 % more or less."""
    return min(max(waited, SHORTEST), LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter, not a secret)


def _note(endpoint: Endpoint, outcome: Outcome) -> None:
    """Note since when the endpoint fails; disable it after a day."""
    now = clock.now()
    row = Endpoint.objects.filter(pk=endpoint.pk)
    if outcome.is_success:
        row.update(failing_since=None)
        return
    row.filter(failing_since=None).update(failing_since=now)
    failing = Q(failing_since__lte=now - DISABLED_AFTER)
    is_gone = outcome.status == GONE
    if row.filter(Q() if is_gone else failing, disabled_at=None).update(disabled_at=now, owners_notified_at=None):
        events.record("endpoint_disabled", by=SYSTEM, fields={"endpoint": endpoint.name, "error": outcome.error})


def expire(batch: int = 500) -> int:
    """Mark deliveries of disabled endpoints as failed once they have waited three days; return how many."""
    old = Delivery.objects.waiting().filter(
        waiting_since__lt=clock.now() - GIVES_UP_AFTER, endpoint__disabled_at__isnull=False
    )
    pks = list(old.values_list("pk", flat=True)[:batch])
    columns = {"state": DeliveryState.FAILED, "error": "endpoint_disabled", "attempts": F("attempts") + 1}
    return int(Delivery.objects.waiting().filter(pk__in=pks).update(**columns))
