"""Writing the record of access and change. Nothing else inserts an `Event`, nothing at all changes one."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from argos import limits
from submissions.core import client_ip, clock, encryption
from submissions.models import Event, Submission, User


@dataclass(frozen=True)
class Actor:
    """Who acts, and from which address; `user` is None for the portal itself and for the vendor."""

    user: User | None
    name: str
    address: str | None = None


SYSTEM = Actor(None, "portal")
VENDOR = Actor(None, "vendor")


def actor_of(request: HttpRequest) -> Actor:
    user = request.user
    assert isinstance(user, User)
    return Actor(user, user.username, client_ip.client_address(request))


def stranger_at(request: HttpRequest) -> Actor:
    """Somebody who has not signed in; what they typed as a name is not kept, because it may be a password."""
    return Actor(None, "not signed in", client_ip.client_address(request))


def actor_for(user: User) -> Actor:
    """For what a person asked for earlier and a task carries out."""
    return Actor(user, user.username)


def record(
    kind: str,
    *,
    by: Actor,
    submission: Submission | None = None,
    purpose: str = "",
    reason: str = "",
    key: bytes | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Event:
    """One event. `fields`: references, field names, codes, never personal values.

    `reason` is sealed under the submission's key, or under `key` where it is about no single submission.
    """
    limits.check(reason, limits.NOTE)
    row = uuid.uuid4()
    reason_sealed = None
    if reason and submission and submission.erased_at is None:
        reason_sealed = encryption.encrypt_json(submission.data_key(), _reason_label(row), reason)
    elif reason and key:
        reason_sealed = encryption.encrypt_json(key, _reason_label(row), reason)
    return Event.objects.create(
        at=clock.now(),
        kind=str(kind),
        actor_id=by.user.pk if by.user else None,
        actor_name=by.name,
        address=by.address,
        submission_id=submission.pk if submission else None,
        purpose=str(purpose),
        fields=dict(fields or {}),
        row=row,
        reason_sealed=reason_sealed,
    )


def reason_of(event: Event, submission: Submission | None = None, *, key: bytes | None = None) -> str:
    """The typed reason; "" where there is none, or where it went with the erased person's key."""
    if not event.reason_sealed or (submission is not None and submission.erased_at is not None):
        return ""
    under = submission.data_key() if submission else key
    assert under is not None
    return str(encryption.decrypt_json(under, _reason_label(event.row), bytes(event.reason_sealed)))


def _reason_label(row: uuid.UUID) -> str:
    return f"event.reason:{row}"


# Every filter of a list and every kind of identifier that a search is made by.
FILTER_NAMES = frozenset(
    (
        *("q", "mine", "status", "project", "country", "id_type", "team", "tries", "tries_left", "source", "code"),
        *("retry", "retry_from", "retry_to", "created_from", "created_to", "decided_from", "decided_to"),
        *("decided_by", "captured_by", "target", "limit", "waited", "late", "age", "left", "edits", "differs"),
        *("asked", "assignee", "face", "liveness", "seen", "email", "customer_id", "customer", "document", "identity"),
    )
)


def known_filters(given: Iterable[str]) -> list[str]:
    """Any other name was typed into the address by hand. It may be personal, and an event outlives an erasure."""
    return sorted(FILTER_NAMES.intersection(given))


def record_list(
    kind: str,
    *,
    by: Actor,
    shown: Iterable[Submission],
    filters: Mapping[str, Any],
    counted: Mapping[str, int] | None = None,
) -> Event:
    """A list or search is one event: which filters were set (known names only) and which references were shown.

    `counted`: how many there were of those that it told of without showing them.
    """
    fields = {"filters": known_filters(filters), "shown": [submission.reference for submission in shown]}
    return record(kind, by=by, fields=fields | dict(counted or {}))
