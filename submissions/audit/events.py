"""Write the audit events. No other module inserts an `Event`, and no code changes one."""

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
    """The user who acts, with the client address; `user` is None for the portal itself and for the vendor."""

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
    """Return the actor of a request without a sign-in. The typed name is not stored, because it may be a password."""
    return Actor(None, "not signed in", client_ip.client_address(request))


def actor_for(user: User) -> Actor:
    """Return the actor of a task that carries out an earlier request of this user."""
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
    """Write one event. `fields`: references, field names and codes, never personal values.

    `reason` is encrypted with the submission's key, or with `key` if the event concerns no single submission.
    """
    event = _event(kind, by, submission, purpose, reason, key, fields)
    event.save(force_insert=True)
    return event


def record_each(kind: str, *, by: Actor, fields: Iterable[tuple[Submission, Mapping[str, Any]]]) -> None:
    """Write one event per submission, with its fields, in one statement."""
    Event.objects.bulk_create([_event(kind, by, submission, fields=each) for submission, each in fields])


def _event(
    kind: str,
    by: Actor,
    submission: Submission | None,
    purpose: str = "",
    reason: str = "",
    key: bytes | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Event:
    limits.check(reason, limits.NOTE)
    row = uuid.uuid4()
    reason_sealed = None
    if reason and submission and submission.erased_at is None:
        reason_sealed = encryption.encrypt_json(submission.data_key(), _reason_label(row), reason)
    elif reason and key:
        reason_sealed = encryption.encrypt_json(key, _reason_label(row), reason)
    return Event(
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
    """Return the typed reason; "" if there is none, or if the key was destroyed by an erasure."""
    if not event.reason_sealed or (submission is not None and submission.erased_at is not None):
        return ""
    under = submission.data_key() if submission else key
    assert under is not None
    return str(encryption.decrypt_json(under, _reason_label(event.row), bytes(event.reason_sealed)))


def _reason_label(row: uuid.UUID) -> str:
    return f"event.reason:{row}"


# Names of all list filters and of all kinds of identifier that a search can use.
FILTER_NAMES = frozenset(
    (
        *("q", "mine", "status", "project", "country", "id_type", "team", "tries", "tries_left", "source", "code"),
        *("retry", "retry_from", "retry_to", "created_from", "created_to", "decided_from", "decided_to"),
        *("decided_by", "captured_by", "target", "limit", "waited", "late", "age", "left", "edits", "differs"),
        *("aml", "report", "route", "skipped", "asked", "assignee", "snoozed", "escalated", "face", "liveness", "seen"),
        *("email", "customer_id", "customer", "document", "identity"),
    )
)


def known_filters(names: Iterable[str]) -> list[str]:
    """Return the known names. Any other name was typed into the URL; it may be personal, and events stay."""
    return sorted(FILTER_NAMES.intersection(names))


def record_list(
    kind: str,
    *,
    by: Actor,
    shown: Iterable[Submission],
    filters: Mapping[str, Any],
    counted: Mapping[str, int] | None = None,
) -> Event:
    """Record a list or search as one event with the filters that were set (known names only) and the references shown.

    `counted`: the number of submissions that the page counted without showing them.
    """
    fields = {"filters": known_filters(filters), "shown": [submission.reference for submission in shown]}
    return record(kind, by=by, fields=fields | dict(counted or {}))
