"""Send the seals of the audit log with their events to the destination, in the order of the chain, at least once.

A batch is sent outside of a transaction. The cursor moves after the destination confirmed it, so a crash between the
two repeats the batch and never skips one. A lease keeps a second worker from sending at the same time.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from submissions.audit.stream import lines, targets
from submissions.core import clock
from submissions.models import AuditStreamCursor, Seal

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than one batch takes at all timeouts of `targets`
RUN_LASTS = 60.0  # seconds
NO_CHANGE = {"failed_at": None, "failure": ""}


@dataclass(frozen=True)
class StreamState:
    """`behind`: seconds since the oldest seal that the destination has not confirmed; 0 if it has all."""

    target: str
    number: int
    behind: float
    failure: str


def send_due() -> int:
    """Send the seals that the destination lacks; return how many it confirmed. Without a destination do nothing."""
    target = targets.configured()
    if target is None:
        return 0
    leased_until = _lease(target.name)
    if leased_until is None:
        return 0
    began, sent = time.monotonic(), 0
    try:
        while time.monotonic() - began < RUN_LASTS and _send_next(target, leased_until):
            sent += 1
    finally:
        AuditStreamCursor.objects.filter(pk=target.name, leased_until=leased_until).update(leased_until=None)
    return sent


def _lease(name: str) -> datetime | None:
    """Return until when this worker alone sends; None if another one does."""
    AuditStreamCursor.objects.get_or_create(target=name)
    until = clock.now() + LEASE
    free = Q(leased_until=None) | Q(leased_until__lt=clock.now())
    return until if AuditStreamCursor.objects.filter(free, pk=name).update(leased_until=until) else None


def _send_next(target: targets.Target, leased_until: datetime) -> bool:
    """Send the next seal; return whether the destination confirmed it."""
    ours = AuditStreamCursor.objects.filter(pk=target.name, leased_until=leased_until)
    cursor = ours.first()
    seal = _after(cursor.number) if cursor else None
    if cursor is None or seal is None:
        return False
    try:
        target.send(seal.number, list(lines.texts(seal)))
    except (OSError, targets.NotTaken) as error:
        ours.update(failed_at=clock.now(), failure=targets.describe(error)[:200])
        log.warning("the audit stream's destination did not take seal %s: %s", seal.number, targets.describe(error))
        return False
    moved = ours.filter(number=cursor.number)
    return bool(moved.update(number=seal.number, confirmed_at=clock.now(), **NO_CHANGE))


def _after(number: int) -> Seal | None:
    return Seal.objects.filter(number__gt=number).order_by("number").first()


def state() -> StreamState | None:
    """Return the state of the configured stream; None if there is none."""
    target = targets.configured()
    if target is None:
        return None
    cursor = AuditStreamCursor.objects.filter(pk=target.name).first() or AuditStreamCursor(target=target.name)
    waiting = _after(cursor.number)
    behind = max(0.0, (clock.now() - waiting.sealed_at).total_seconds()) if waiting else 0.0
    return StreamState(target.name, cursor.number, behind, cursor.failure)
