"""The JSON body of a webhook, version 1 (docs/webhooks.md).

The facts are those of the moment of the change. The customer number is added when the body is sent, and so is personal
data if the endpoint has that scope; neither is stored with the message.
"""

import json
from dataclasses import dataclass
from typing import Any

from submissions.core import encryption
from submissions.deliveries import personal
from submissions.models import Delivery, Submission
from submissions.workflow.messages import moment

VERSION = 1


@dataclass(frozen=True)
class Body:
    """`private`: the values of the customer in the text, which a stored reply must not repeat.

    `personal`: the names of the personal values, if the endpoint has that scope.
    """

    text: str
    private: list[str]
    personal: list[str]


def body_of(delivery: Delivery) -> Body:
    message = delivery.message
    values = _values(delivery.submission)
    number = values.get("customer_id", "")
    data: dict[str, Any] = {**message.facts, "customer_number": number or None}
    customer = personal.selected(values) if delivery.endpoint.include_personal else {}
    if customer and delivery.endpoint.public_key:
        data["customer_jwe"] = personal.encrypt(delivery.endpoint.public_key, customer)
    elif customer:
        data["customer"] = customer
    body = {"type": message.kind, "version": VERSION, "timestamp": moment(message.created_at), "data": data}
    private = [value for value in (number, *customer.values()) if value]
    return Body(json.dumps(body, ensure_ascii=False), private, sorted(customer))


def _values(submission: Submission | None) -> dict[str, str]:
    """Return the submission's values; {} if it was erased since then, or cannot be decrypted."""
    if submission is None or submission.erased_at is not None:
        return {}
    try:
        return submission.values
    except encryption.CannotOpen:
        return {}
