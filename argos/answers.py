"""Turn an HTTP response into a JSON object or an exception that names the failure.

The order matters: a gateway's 403, 413 and 429 are recognized by status alone, because the vendor's application never
received the call. Any other refusal counts only if its body can be parsed.
"""

import re
from collections.abc import Mapping
from typing import Any

from argos.errors import (
    AlreadyProcessed,
    Forbidden,
    OutcomeUnknown,
    Refused,
    TooLarge,
    Undelivered,
    Unsupported,
)
from argos.received import Received
from argos.replies.reading import count, is_encrypted, json_object, mapping, member, text

_GATEWAY_REFUSALS: dict[int, type[Refused]] = {403: Forbidden, 413: TooLarge}


def object_of(received: Received) -> dict[str, Any]:
    """Return the JSON object of a successful response; raise the matching `VendorError` otherwise."""
    require_success(received)
    body = json_object(received.raw)
    if body is None:
        raise OutcomeUnknown(f"HTTP {received.status} with a body that is not one JSON object", received=received)
    _refuse_envelope(body, received)
    _refuse_inner_error(body, received)
    return body


def require_success(received: Received) -> None:
    if 200 <= received.status < 300:
        return
    if 400 <= received.status < 500:
        raise _refusal(received)
    raise OutcomeUnknown(f"HTTP {received.status}", received=received)


def require_taken(received: Received, retry_after: str) -> None:
    """Raise if the vendor did not process the call.

    The vendor documents nothing about 429; "not processed" is an assumption.
    """
    if received.status == 429:
        seconds = float(retry_after) if re.fullmatch("[0-9]{1,6}", retry_after) else None
        raise Undelivered("the vendor takes no more calls at the moment", retry_after=seconds, received=received)


def _refusal(received: Received) -> Exception:
    body = json_object(received.raw)
    gateway = _GATEWAY_REFUSALS.get(received.status)
    code, message = _code_and_message(body or {})
    if gateway:
        return gateway(received.status, code, message, received=received)
    if body is not None and is_encrypted(body):
        return Unsupported("an encrypted reply", received=received)
    if not (code or message):
        return OutcomeUnknown(f"HTTP {received.status} with a body that names no error", received=received)
    return _refused(received.status, code, message, received)


def _refused(status: int, code: str, message: str, received: Received) -> Refused:
    normalized = f"{code} {message}".casefold().replace("_", " ")
    kind = AlreadyProcessed if "already processed" in normalized else Refused
    return kind(status, code, message, received=received)


def _code_and_message(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return code and message: errorCode + message, either alone, or type + message (contract C21)."""
    holder = {**mapping(member(body, "error")), **body}
    code = text(member(holder, "errorCode", "code", "errorType", "type", "error"))
    return code, text(member(holder, "message", "errorMessage", "msg"))


def _refuse_envelope(body: Mapping[str, Any], received: Received) -> None:
    if is_encrypted(body):
        raise Unsupported("an encrypted reply", received=received)


def _refuse_inner_error(body: Mapping[str, Any], received: Received) -> None:
    """Raise `Refused` for HTTP 200 with a body that contains statusCode 400.

    The vendor's application refused the call.
    """
    status = count(member(body, "statusCode")) or received.status
    if 400 <= status < 500:
        raise _refused(status, *_code_and_message(body), received)
    if status >= 500:
        raise OutcomeUnknown(f"HTTP {received.status} around a body that says {status}", received=received)
