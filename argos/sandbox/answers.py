"""The reply of an endpoint (an HTTP status and a body) and the shapes of the vendor's refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argos.sandbox.knobs import Knobs


@dataclass(frozen=True)
class Answer:
    """`body`: a JSON object, or bytes for an image."""

    status: int
    body: Mapping[str, Any] | bytes

    @property
    def is_taken(self) -> bool:
        return self.status == 200


class Refusal(Exception):
    """A rule refuses the call; the server replies. Assumption: a refused call uses no attempt."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def ok(**body: Any) -> Answer:
    return Answer(200, body)


def refused(refusal: Refusal, knobs: Knobs) -> Answer:
    """Return HTTP 400 with errorCode and message (assumption); the knob selects the shapes of other pages (C21)."""
    if refusal.status == 413:
        return Answer(413, {"message": "Request Entity Too Large"})
    shapes: dict[str, dict[str, Any]] = {
        "code_and_message": {"errorCode": refusal.code, "message": refusal.message},
        "code": {"errorCode": refusal.message},
        "message_and_status": {"message": refusal.message, "statusCode": refusal.status},
    }
    return Answer(refusal.status, shapes[knobs.error_shape])


def retry_of(reasons: Sequence[tuple[str, str]], knobs: Knobs) -> Any:
    """Return the retry (C6): an array of objects, or the first reason as an object or a sentence (other readings)."""
    entries = [{"retryCode": code, "retryMsg": message} for code, message in reasons]
    return {"array": entries, "object": entries[0], "string": reasons[0][1]}[knobs.retry_shape]
