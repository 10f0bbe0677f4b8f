"""The body of a chat alert: the reference, what happened and a link. It never contains personal data."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from submissions.core.vendor_text import named
from submissions.models import Delivery, EndpointKind, MessageKind, Status
from submissions.workflow import alerts

CARD = "application/vnd.microsoft.card.adaptive"
CARD_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def body_of(delivery: Delivery) -> str:
    """Return the JSON of the product, in the language of the administrator who created the endpoint."""
    endpoint = delivery.endpoint
    with override(endpoint.created_by.language or settings.LANGUAGE_CODE):
        text, url, action = _text(delivery), _url(delivery), _("Open submission")
    return json.dumps(FORMS[EndpointKind(endpoint.kind)](text, url, action), ensure_ascii=False)


def _text(delivery: Delivery) -> str:
    message = delivery.message
    facts = message.facts
    if message.kind == MessageKind.ALERT:
        vendor_name = delivery.submission.project.vendor_name if delivery.submission else ""
        what = named(alerts.SENTENCES.get(facts["alert"], facts["alert"]), vendor_name)
    elif message.kind == MessageKind.DECIDED:
        what = str(Status(facts["status"]).label)
    else:
        what = str(MessageKind(message.kind).label)
    return f"{facts['reference']}: {what}"


def _url(delivery: Delivery) -> str:
    path = reverse("submission", args=[delivery.submission_id]) if delivery.submission_id else reverse("start")
    return f"{settings.PUBLIC_URL}{path}"


def _slack(text: str, url: str, action: str) -> dict[str, Any]:
    return {"text": f"{text} · <{url}|{action}>"}


def _mattermost(text: str, url: str, action: str) -> dict[str, Any]:
    return {"text": f"{text} · [{action}]({url})"}


def _teams(text: str, url: str, action: str) -> dict[str, Any]:
    card = {
        "$schema": CARD_SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
        "actions": [{"type": "Action.OpenUrl", "title": action, "url": url}],
    }
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}


FORMS = {EndpointKind.SLACK: _slack, EndpointKind.TEAMS: _teams, EndpointKind.MATTERMOST: _mattermost}
