"""A database that was restored, or failed over to an older copy, sends nothing until a person has looked.

It is noticed by itself: the ledger's tick goes up with every call that leaves, and a copy of it lies outside the
database (`restore_watermark`). `vendor_sync.restore_recovery` says what is done meanwhile.
"""

import logging

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from submissions.audit import erasure_journal, events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock
from submissions.models import Switch
from submissions.outbox import restore_watermark

log = logging.getLogger(__name__)

RESTORED, NO_COPY, BY_HAND = "restored", "no_copy", "by_hand"


def note_departure() -> Switch:
    """In the transaction that marks a call as sent: the next tick. Its copy is written once that is committed."""
    Switch.objects.filter(pk=1).update(tick=F("tick") + 1, ticked_at=clock.now())
    return Switch.objects.get(pk=1)


def is_in_time(switch: Switch) -> bool:
    """Whether this database is where its copy says; if not, the hold begins and nothing is sent.

    The copy is written after the database, so a database that was read before it and is not behind it is in time. One
    that is behind is read again: another call may have left in between, and read later it is never behind by itself.
    """
    kept = _kept(switch)
    if kept is None:
        return False
    if restore_watermark.FORGOTTEN < kept <= switch.tick:
        return True
    now = Switch.objects.get(pk=1)
    if kept == restore_watermark.FORGOTTEN:
        return _first_copy(now)
    return now.tick >= kept or not begin(RESTORED)


def _kept(switch: Switch) -> int | None:
    """What the copies tell; None where calls have left and nobody can say: sending waits."""
    try:
        return restore_watermark.read(switch.epoch)
    except restore_watermark.WatermarkUnavailable:
        if switch.tick == 0:
            return restore_watermark.FORGOTTEN
        log.warning("sending waits: neither Redis nor this host's file tells how far the ledger had come")
        return None


def _first_copy(now: Switch) -> bool:
    """A copy stands before the first call may leave; so where a call has left, a second look must find one.

    Without it, a worker that had looked before another's very first call would take that call for a lost copy.
    """
    if now.tick == 0:
        try:
            restore_watermark.write(now.epoch, 0)
        except restore_watermark.WatermarkNotWritten:
            log.warning("sending waits: the ledger's tick can be kept neither in Redis nor in a file")
            return False
        return True
    kept = _kept(now)
    return kept is not None and (kept != restore_watermark.FORGOTTEN or not begin(NO_COPY))


def begin(why: str, *, by: Actor = SYSTEM) -> bool:
    """Nothing leaves from now on. True, also when it was on hold already."""
    switch = Switch.read()
    columns = {
        "on_hold_since": clock.now(),
        "on_hold_why": why,
        "restored_to": switch.ticked_at,
        "listed_at": None,
    }
    with transaction.atomic():
        if Switch.objects.filter(pk=1, on_hold_since=None).update(**columns):
            log.error("sending is on hold (%s): an administrator must look and lift it", why)
            events.record("hold_begun", by=by, fields={"why": why})
    return True


class ErasuresMissed(Exception):
    """People who were erased are in the restored database again; the text says how many and what to do."""


def lift(*, by: Actor, why: str) -> None:
    """An administrator has looked: the database's tick goes past its copy, and sending goes on.

    The copy is written first: where it cannot be written, or the database then fails, the hold stays.

    Raises:
        ErasuresMissed: `replay_erasures` has to run first.
        WatermarkNotWritten: the tick's copy cannot be written.
    """
    if missed := sum(1 for _pk in erasure_journal.missed()):
        text = _("Erased people are back in this database: %(count)d. Run “manage.py replay_erasures” first.")
        raise ErasuresMissed(text % {"count": missed})
    switch = Switch.read()
    try:
        kept = restore_watermark.read(switch.epoch)
    except restore_watermark.WatermarkUnavailable:
        kept = restore_watermark.FORGOTTEN
    tick = max(kept, switch.tick) + 1
    restore_watermark.write(switch.epoch, tick)
    with transaction.atomic():
        Switch.objects.filter(pk=1).update(on_hold_since=None, on_hold_why="", tick=tick, ticked_at=clock.now())
        events.record("hold_lifted", by=by, fields={"why": why})
