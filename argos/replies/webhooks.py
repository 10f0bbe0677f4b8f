"""Parse webhooks as hints: a read of the vendor's record must confirm one before a submission changes.

The body does not prove the sender (the vendor documents no signature); the receiver's path and address list do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from argos.errors import UnreadableWebhook, Unsupported
from argos.replies.reading import (
    codes,
    fits_id,
    is_encrypted,
    json_object,
    mapping,
    member,
    moment,
    text,
    text_or_none,
    texts,
)

# Any other trigger is kept unchanged; the following read shows what happened.
KNOWN_TRIGGERS = frozenset(
    ("created", "retry", "submit", "approved", "rejected", "updated", "delete", "aml", "aml_monitor", "injection")
)


@dataclass(frozen=True)
class Webhook:
    trigger: str
    submission_id: str | None
    email: str = field(repr=False)
    userid: str
    status: str | None
    codes: tuple[str, ...]
    comments: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None  # with submission and trigger: identifies a duplicate delivery
    payload: Mapping[str, Any] = field(repr=False)
    token_id: str = field(default="", repr=False)  # of a Liveform in private mode

    @property
    def is_known(self) -> bool:
        return self.trigger in KNOWN_TRIGGERS


def parse_webhook(body: bytes, content_type: str = "") -> Webhook:
    """Parse a webhook.

    Raises:
        Unsupported: it is encrypted.
        UnreadableWebhook: it is neither JSON nor a form, or its id cannot be that of a record.
    """
    payload = _payload_of(body, content_type)
    if is_encrypted(payload):
        raise Unsupported("an encrypted webhook", raw=body)
    data = mapping(member(payload, "data"))
    given = member(payload, "kyc_result") or member(data, "kyc_result")
    result = mapping(given)
    submission_id = text(member(payload, "submission_id")) or text(member(data, "submission_id"))
    if not fits_id(submission_id):
        raise UnreadableWebhook("a webhook with an id that is too long to be kept")
    return Webhook(
        trigger=text(member(payload, "webhook_trigger", "trigger")),
        submission_id=submission_id or None,
        email=text(member(payload, "email")),
        userid=text(member(payload, "userid")),
        status=text_or_none(member(result, "status", "result")) or text_or_none(given),
        codes=codes(member(result, "commentCode")) or codes(member(payload, "commentCode", "retryCode")),
        comments=texts(member(result, "comment")) or texts(member(payload, "comment")),
        created_at=_first_moment(result, payload, ("created_at",)),
        updated_at=_first_moment(result, payload, ("updated_at", "update_at", "update_time", "delete_time")),
        payload=payload,
        token_id=text(member(payload, "tokenId", "token_id")) or text(member(data, "tokenId", "token_id")),
    )


def _payload_of(body: bytes, content_type: str) -> Mapping[str, Any]:
    """Decide by content: a JSON body is JSON whatever its header says."""
    payload = json_object(body)
    if payload is None and "json" not in content_type.casefold():
        payload = _from_form(body)
    if payload is None:
        raise UnreadableWebhook("a webhook that is neither a JSON object nor a form")
    return payload


def _from_form(body: bytes) -> dict[str, Any] | None:
    try:
        pairs = parse_qsl(body.decode(), strict_parsing=True, max_num_fields=500)
    except ValueError:
        return None
    return {key: value if (nested := json_object(value)) is None else nested for key, value in pairs}


def _first_moment(result: Mapping[str, Any], payload: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
    return moment(member(result, *names)) or moment(member(payload, *names))
