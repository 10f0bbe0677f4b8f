"""Requests with an `Idempotency-Key`: a repeated one gets the response of the first, and nothing is done twice.

Only a success is stored, encrypted with the key of its submission. An error changes nothing and frees the key.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.responses import Response

from submissions.api.gate import token_of
from submissions.api.problems import ApiError
from submissions.core import clock
from submissions.models import ApiToken, IdempotentRequest, Submission

KEPT_FOR = timedelta(hours=24)
TAKEN_OVER_AFTER = timedelta(minutes=5)  # longer than any request: its process has ended
BATCH = 1000


@dataclass(frozen=True)
class Done:
    """What an action did: the response, and the submission that it belongs to."""

    submission: Submission
    status: int
    body: Schema
    headers: dict[str, str] = field(default_factory=dict)


def once(
    request: HttpRequest, key: str, parts: Iterable[bytes], act: Callable[[IdempotentRequest], Done]
) -> HttpResponse:
    """Act, or return the response of the earlier request with this key. `parts`: the content of the request.

    `act` is called again if the process of the first request ended: it must find what that one did.

    Raises:
        ApiError: the key belongs to another request, or to one that is still in progress.
    """
    row = _claim(
        token_of(request), _digest(key.encode()), _digest(str(request.method).encode(), request.path.encode(), *parts)
    )
    if row.status is not None:
        return _replayed(row)
    try:
        done = act(row)
    except Exception:
        IdempotentRequest.objects.filter(pk=row.pk, status=None).delete()
        raise
    body = done.body.model_dump(mode="json", by_alias=True)
    row.submission, row.status = done.submission, done.status
    row.response = {"body": body, "headers": done.headers}
    row.save(update_fields=["submission", "status", "response_sealed"])
    return Response(body, status=done.status, headers=done.headers)


def _digest(*parts: bytes) -> str:
    """Return a hash in which the parts cannot be shifted against each other."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _claim(token: ApiToken, key_hash: str, request_hash: str) -> IdempotentRequest:
    now = clock.now()
    rows = IdempotentRequest.objects.filter(token=token, key_hash=key_hash)
    rows.filter(started_at__lte=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(
                token=token, key_hash=key_hash, request_hash=request_hash, started_at=now
            )
    except IntegrityError:
        row = rows.select_related("submission").first()
    if row is None:  # the first request has just failed
        raise ApiError("request-in-progress", retry_after=1)
    if row.request_hash != request_hash:
        raise ApiError("idempotency-key-reused")
    if row.status is None and not _take_over(row):
        raise ApiError("request-in-progress", retry_after=5)
    return row


def _take_over(row: IdempotentRequest) -> bool:
    now = clock.now()
    if row.started_at > now - TAKEN_OVER_AFTER:
        return False
    unchanged = IdempotentRequest.objects.filter(pk=row.pk, started_at=row.started_at, status=None)
    return bool(unchanged.update(started_at=now))


def _replayed(row: IdempotentRequest) -> HttpResponse:
    if not row.response_sealed:  # the submission was erased
        raise ApiError("gone")
    stored = row.response
    headers = {**stored["headers"], "Idempotency-Replayed": "true"}
    return Response(stored["body"], status=row.status, headers=headers)


def expire() -> int:
    """Delete the requests of more than a day ago; return how many."""
    old = IdempotentRequest.objects.filter(started_at__lte=clock.now() - KEPT_FOR)
    pks = list(old.order_by("started_at").values_list("pk", flat=True)[:BATCH])
    return IdempotentRequest.objects.filter(pk__in=pks).delete()[0]
