"""Hold a database that was restored, or failed over to an older copy: it sends nothing until an administrator lifts it.

The portal detects this automatically: every sent call increments the ledger's tick, and a copy of the tick is stored
outside the database (`restore_watermark`). `vendor_sync.restore_recovery` works during the hold.
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


def note_departure() -> None:
    """Increment the tick and write its copy, after the commit that marks a call as sent and before the call is sent.

    A database without the mark is also without this increment, so it is behind the copy. The increment is a
    transaction of its own: inside the other one, its row lock would make all threads wait for each other's commits.

    Raises:
        WatermarkNotWritten: no copy can be written.
    """
    Switch.objects.filter(pk=1).update(tick=F("tick") + 1, ticked_at=clock.now())
    epoch, tick = Switch.objects.values_list("epoch", "tick").get(pk=1)
    restore_watermark.write(epoch, tick)


def is_in_time(switch: Switch) -> bool:
    """Return whether the database is not behind the copy of its tick; if it is, begin the hold.

    The copy is written after the database, so a tick that was read before the copy and is not below it is in time. A
    lower tick is read again: another call may have been sent in between, and a second read is only lower after a
    restore.
    """
    copied = _kept(switch)
    if copied is None:
        return False
    if restore_watermark.FORGOTTEN < copied <= switch.tick:
        return True
    now = Switch.objects.get(pk=1)
    if copied == restore_watermark.FORGOTTEN:
        return _first_copy(now)
    return now.tick >= copied or not begin(RESTORED)


def _kept(switch: Switch) -> int | None:
    """Return the highest copy of the tick; None if calls were sent and no copy can be read, so sending waits."""
    try:
        return restore_watermark.read(switch.epoch)
    except restore_watermark.WatermarkUnavailable:
        if switch.tick == 0:
            return restore_watermark.FORGOTTEN
        log.warning("sending waits: neither Redis nor this host's file tells how far the ledger had come")
        return None


def _first_copy(now: Switch) -> bool:
    """Write the copy before the first call is sent; if a call was sent in the meantime, a second read must find a copy.

    Without the second read, a worker that read before the first call of another worker would report a lost copy.
    """
    if now.tick == 0:
        try:
            restore_watermark.write(now.epoch, 0)
        except restore_watermark.WatermarkNotWritten:
            log.warning("sending waits: the ledger's tick can be kept neither in Redis nor in a file")
            return False
        return True
    copied = _kept(now)
    return copied is not None and (copied != restore_watermark.FORGOTTEN or not begin(NO_COPY))


def begin(why: str, *, by: Actor = SYSTEM) -> bool:
    """Begin the hold: no call is sent from now on. Return True, also if it had begun before."""
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
    """The restored database contains erased applicants again; the text says how many and what to do."""


def lift(*, by: Actor, why: str) -> None:
    """Lift the hold after an administrator's check: raise the tick above its copy and resume sending.

    The copy is written first: if that fails, or the database fails afterwards, the hold stays.

    Raises:
        ErasuresMissed: `replay_erasures` has to run first.
        WatermarkNotWritten: the tick's copy cannot be written.
    """
    if missed := sum(1 for _pk in erasure_journal.missed()):
        text = _(
            "Permanently deleted people are in this database again: %(count)d. Run “manage.py replay_erasures” first."
        )
        raise ErasuresMissed(text % {"count": missed})
    switch = Switch.read()
    try:
        copied = restore_watermark.read(switch.epoch)
    except restore_watermark.WatermarkUnavailable:
        copied = restore_watermark.FORGOTTEN
    tick = max(copied, switch.tick) + 1
    restore_watermark.write(switch.epoch, tick)
    with transaction.atomic():
        Switch.objects.filter(pk=1).update(on_hold_since=None, on_hold_why="", tick=tick, ticked_at=clock.now())
        events.record("hold_lifted", by=by, fields={"why": why})
