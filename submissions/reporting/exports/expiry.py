"""Delete export files after a day, or when an applicant in them is erased."""

import logging
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock, isolated_rows
from submissions.models import Event, Export, ExportState, Submission

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
MAKING_TAKES = timedelta(hours=1)
CHUNK_TAKES = timedelta(seconds=10)  # from reading a chunk of rows to its event


def expire(batch: int = 100) -> int:
    """Delete expired files with their keys and filters; return how many."""
    due = Export.objects.filter(state=ExportState.DONE, expires_at__lte=clock.now()).order_by("expires_at")
    return isolated_rows.each(due[:batch], _expire, "an expired export")


def _expire(export: Export) -> bool:
    try:
        default_storage.delete(export.name)
    except OSError as error:
        log.warning("cannot delete the file of export %s, the next sweep retries: %s", export.pk, type(error).__name__)
        return False
    export.told = {"reason": export.told["reason"]}  # a search text among the filters is personal too
    columns = {"name": "", "file_key_wrapped": None, "told_sealed": export.told_sealed}
    done = Export.objects.filter(pk=export.pk, state=ExportState.DONE)
    with transaction.atomic():
        if not done.update(state=ExportState.EXPIRED, **columns):
            return False
        events.record("export_expired", by=SYSTEM, fields={"export": str(export.pk)})
    return True


def forget(*erased: Submission) -> None:
    """Expire the files that contain erased submissions, and restart unfinished exports without them.

    A second call does what a crash omitted. Files made after the erasure stay, because their rows of
    these submissions are empty.
    """
    shown_until = {one.reference: one.erased_at + CHUNK_TAKES for one in erased if one.erased_at}
    there = Export.objects.filter(state__in=(ExportState.DONE, ExportState.RUNNING))
    tries = {str(pk): begun for pk, begun in there.values_list("pk", "tries")}
    since = clock.now() - KEPT_FOR - MAKING_TAKES
    exported = Event.objects.filter(kind="exported", at__gte=since).values_list("at", "fields") if tries else ()
    holding = {
        fields["export"]
        for at, fields in exported
        if tries.get(fields["export"]) == fields.get("try", tries.get(fields["export"]))
        and any(at <= shown_until[name] for name in shown_until.keys() & fields["shown"])
    }
    exports = Export.objects.filter(pk__in=holding)
    exports.filter(state=ExportState.DONE).update(expires_at=clock.now())
    exports.filter(state=ExportState.RUNNING).update(state=ExportState.WAITING, lease=None, lease_until=None)
    expire()


def forget_again() -> None:
    """Call `forget` for all submissions that were erased while an existing file may have been generated."""
    since = clock.now() - KEPT_FOR - MAKING_TAKES
    forget(*Submission.objects.filter(erased_at__gte=since).only("reference", "erased_at"))
