"""Send again: one delivery, all messages of an endpoint since a time, or a test message."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, task_queue
from submissions.models import Delivery, DeliveryState, Endpoint, Message, MessageKind
from submissions.workflow import messages

BATCH = 1000


def resend(delivery: Delivery, *, by: Actor) -> None:
    """Send a delivery again, with the same id, and for three more days. A worker that sends it now does not count."""
    now = clock.now()
    columns = {"state": DeliveryState.WAITING, "delivered_at": None, "waiting_since": now, "due_at": now}
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**columns, error="", attempts=F("attempts") + 1)
        fields = {"endpoint": delivery.endpoint.name, "message": str(delivery.message_id)}
        events.record("delivery_resent", by=by, submission=delivery.submission, fields=fields)
        task_queue.after_commit(task_queue.DELIVER)


def replay(endpoint: Endpoint, since: datetime, *, by: Actor) -> int:
    """Send all messages since a time again, in order and with their ids; return how many.

    Their deliveries are written again, because their numbers are the order. Messages that the endpoint never received
    are among them.
    """
    rows = Message.objects.filter(created_at__gte=since, kind__in=endpoint.kinds, submission__isnull=False)
    if endpoint.project_id:
        rows = rows.filter(submission__project=endpoint.project_id)
    with transaction.atomic():
        found = list(rows.order_by("created_at", "pk").values_list("pk", "submission_id"))
        # By number, because a message that another transaction commits now is not in `found`.
        endpoint.deliveries.filter(message__in=[pk for pk, _submission in found]).delete()
        fresh = [Delivery(message_id=pk, endpoint=endpoint, submission_id=submission) for pk, submission in found]
        Delivery.objects.bulk_create(fresh, batch_size=BATCH)
        fields = {"endpoint": endpoint.name, "since": since.isoformat(), "count": len(found)}
        events.record("deliveries_replayed", by=by, fields=fields)
        task_queue.after_commit(task_queue.DELIVER)
    return len(found)


def send_test(endpoint: Endpoint, *, by: Actor) -> None:
    """Send a message of the kind "test", which names no submission."""
    with transaction.atomic():
        message = Message.objects.create(kind=MessageKind.TEST, facts={"reference": "KP-TESTTEST", "status": "test"})
        messages.deliver(message, [endpoint.pk])
        events.record("endpoint_tested", by=by, fields={"endpoint": endpoint.name})
