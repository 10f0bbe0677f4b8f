"""Problem details (RFC 9457): every error of the API as one JSON object, and the table of its types in docs/api.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from ninja.responses import Response

from argos.matrix import Problem as FieldProblem

MEDIA_TYPE = "application/problem+json"

# name: (status, title). The name is the end of the problem's `type`; both stay as they are within a version of the API.
TYPES: Mapping[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "The token is missing, unknown, expired or revoked"),
    "forbidden": (403, "The token may not do this"),
    "not-found": (404, "There is no such object for this token"),
    "method-not-allowed": (405, "The address does not accept this method"),
    "conflict": (409, "The submission has changed or is in another status"),
    "request-in-progress": (409, "A request with this Idempotency-Key is still in progress"),
    "gone": (410, "The data was deleted or cannot be decrypted"),
    "precondition-failed": (412, "The submission has changed since it was read"),
    "too-large": (413, "The request is too large"),
    "unsupported-media-type": (415, "The body has another media type than the operation accepts"),
    "invalid": (422, "The request has invalid fields"),
    "not-ready": (422, "The checks of the portal stop this request"),
    "idempotency-key-reused": (422, "The Idempotency-Key was used for another request"),
    "precondition-required": (428, "The request needs the header If-Match"),
    "too-many-requests": (429, "Too many requests"),
    "internal-error": (500, "The portal failed"),
    "unavailable": (503, "A part of the portal, or ARGOS, does not answer"),
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one part of a request. `place`: body, query, path, header, or "" for a rule of the portal."""

    field: str
    code: str
    message: str
    place: str = ""
    severity: str = "error"

    def as_json(self) -> dict[str, str]:
        return {
            "field": self.field,
            "code": self.code,
            "message": self.message,
            "in": self.place,
            "severity": self.severity,
        }


class ApiError(Exception):
    """An error with its problem type. `detail`: a sentence for the developer or the user of the client."""

    def __init__(
        self, name: str, detail: str = "", *, errors: Iterable[FieldError] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(name)
        self.name, self.detail, self.errors, self.retry_after = name, detail, tuple(errors), retry_after


def type_of(name: str) -> str:
    return f"/problems/{name}"


def response_of(error: ApiError) -> HttpResponse:
    status, title = TYPES[error.name]
    body: dict[str, Any] = {"type": type_of(error.name), "title": title, "status": status}
    body["detail"] = error.detail or title
    body["errors"] = [one.as_json() for one in error.errors]
    response = Response(body, status=status, content_type=MEDIA_TYPE)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="KYC Portal"'
    return response


def of_fields(problems: Iterable[FieldProblem]) -> list[FieldError]:
    """Return the portal's own problems of a submission as field errors."""
    return [FieldError(one.field, one.code, one.message, severity=one.severity) for one in problems]
