"""Administrators' actions on endpoints. Views check the role; the step-up table demands recent authentication."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, task_queue
from submissions.models import Endpoint

OVERLAP = timedelta(hours=24)  # how long the secret before a rotation stays valid
SECRET = ("secret_sealed", "former_secret_sealed", "former_secret_until")


def add(endpoint: Endpoint, *, by: Actor) -> str:
    """Store a new endpoint; return its secret, which is shown once, or "" for a chat product."""
    assert by.user is not None
    endpoint.created_by = by.user
    secret = endpoint.new_secret() if endpoint.is_webhook else ""
    with transaction.atomic():
        endpoint.save(force_insert=True)
        _record("endpoint_added", endpoint, by=by)
    return secret


def change(endpoint: Endpoint, changed: Iterable[str], *, by: Actor) -> None:
    """Store the changed fields, which the caller has set."""
    with transaction.atomic():
        endpoint.save(update_fields=["url_sealed" if name == "url" else name for name in changed])
        _record("endpoint_changed", endpoint, by=by, changed=sorted(changed))


def rotate_secret(endpoint: Endpoint, *, by: Actor) -> str:
    """Return a new secret; deliveries carry the signature of the former one too for `OVERLAP`."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        secret = locked.new_secret(former_until=clock.now() + OVERLAP)
        locked.save(update_fields=SECRET)
        _record("endpoint_secret_rotated", locked, by=by)
    return secret


def disable(endpoint: Endpoint, *, by: Actor) -> None:
    """Send nothing there and collect nothing for it; waiting deliveries are sent if it is enabled within three days."""
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=clock.now(), disabled_by=by.user)
        _record("endpoint_switched", endpoint, by=by, enabled=False)


def enable(endpoint: Endpoint, *, by: Actor) -> None:
    """Send there again, first what waits."""
    now = clock.now()
    with transaction.atomic():
        columns = {"disabled_at": None, "disabled_by": None, "failing_since": None, "owners_notified_at": None}
        Endpoint.objects.filter(pk=endpoint.pk).update(**columns)
        endpoint.deliveries.waiting().filter(due_at__gt=now).update(due_at=now)
        _record("endpoint_switched", endpoint, by=by, enabled=True)
        task_queue.after_commit(task_queue.DELIVER)


def _record(kind: str, endpoint: Endpoint, *, by: Actor, **fields: object) -> None:
    events.record(kind, by=by, fields={"endpoint": endpoint.name, "host": endpoint.host, **fields})
