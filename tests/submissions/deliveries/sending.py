"""Make endpoints, and deliver what is due as a worker does."""

from datetime import timedelta
from typing import Any

import time_machine
from django.db import transaction

from submissions.core import clock
from submissions.deliveries import deliver, slots
from submissions.models import Delivery, Endpoint, EndpointKind, MessageKind, Role, Submission
from submissions.models.message import SUBMISSION_KINDS
from submissions.workflow import messages
from tests.factories import make_user


def make_endpoint(url: str = "https://crm.example.com/hook", **fields: Any) -> Endpoint:
    number = Endpoint.objects.count() + 1
    defaults: dict[str, Any] = {"name": f"CRM {number}", "kinds": list(SUBMISSION_KINDS), "kind": EndpointKind.WEBHOOK}
    endpoint = Endpoint(**{**defaults, **fields})
    if endpoint.created_by_id is None:
        endpoint.created_by = make_user(Role.ADMINISTRATOR)
    endpoint.url = url
    endpoint.new_secret()
    endpoint.save(force_insert=True)
    return endpoint


def announce(submission: Submission, kind: MessageKind = MessageKind.PENDING) -> None:
    with transaction.atomic():
        messages.announce(submission, kind)


def send_all() -> int:
    """Send what is due now; return the number of attempts."""
    total = 0
    with slots.Slot() as slot:
        while count := deliver.send_next(slot):
            total += count
    return total


def send_all_in(wait: timedelta) -> int:
    with time_machine.travel(clock.now() + wait):
        return send_all()


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))
