"""What an endpoint answers: an HTTP status and a body, and the shapes in which the vendor says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argos.sandbox.knobs import Knobs


@dataclass(frozen=True)
class Answer:
    """`body` is a JSON object, or bytes for an image."""

    status: int
    body: Mapping[str, Any] | bytes

    @property
    def is_taken(self) -> bool:
        return self.status == 200


class Refusal(Exception):
    """Raised by a rule, answered by the server. Assumption: a refused call costs no try."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def ok(**body: Any) -> Answer:
    return Answer(200, body)


def refused(refusal: Refusal, knobs: Knobs) -> Answer:
    """Assumption: HTTP 400 with errorCode and message; the knob gives the other shapes that other pages show (C21)."""
    if refusal.status == 413:
        return Answer(413, {"message": "Request Entity Too Large"})
    shapes: dict[str, dict[str, Any]] = {
        "code_and_message": {"errorCode": refusal.code, "message": refusal.message},
        "code": {"errorCode": refusal.message},
        "message_and_status": {"message": refusal.message, "statusCode": refusal.status},
    }
    return Answer(refusal.status, shapes[knobs.error_shape])


def retry_of(code: str, message: str, knobs: Knobs) -> Any:
    """C6: an array of objects on the retry page; an object or a sentence are other readings."""
    entry = {"retryCode": code, "retryMsg": message}
    return {"array": [entry], "object": entry, "string": message}[knobs.retry_shape]
