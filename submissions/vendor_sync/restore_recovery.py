"""Work during the hold of a restored database: mark open calls unknown, read every submission, and find vendor records
that the restored database lacks. An administrator lifts the hold.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from argos.client import Client
from argos.errors import VendorError
from argos.replies import VendorSubmission
from submissions.core import clock, isolated_rows
from submissions.liveform import records
from submissions.models import Call, CallKind, CallState, Difference, DifferenceKind, Project, Submission, Switch
from submissions.outbox import evidence, gate, ledger, restore_hold, vendor_client
from submissions.vendor_sync import orphans

log = logging.getLogger(__name__)

SLACK = timedelta(hours=1)  # between the last time in our database and the vendor's `created_at`
OLDER_IN_ROW = 200


def run() -> None:
    """Do the next part of the work of a hold; beat calls this, and without a hold it does nothing.

    It checks itself whether the database was restored, so that nothing is settled before that is known.
    """
    restore_hold.is_in_time(Switch.read())
    switch = Switch.read()
    if switch.on_hold_since is None:
        return
    _mark_sent_calls_unknown()
    _schedule_reads(switch.on_hold_since)
    if switch.listed_at is not None:
        return
    projects = _projects()
    if isolated_rows.each(projects, lambda project: _list(project, switch), "a vendor's list") == len(projects):
        Switch.objects.filter(pk=1).update(listed_at=clock.now())


def _mark_sent_calls_unknown() -> None:
    """Mark prepared and sent calls unknown and restart the reads of unknown ones: all may have ended by now."""
    doubted = Call.objects.filter(state=CallState.UNKNOWN, kind=CallKind.STEP2).exclude(error="already_processed")
    doubted.exclude(error=evidence.RESTORED).update(error=evidence.RESTORED, clear_since=None)
    held = Call.objects.filter(state__in=(CallState.PREPARED, CallState.SENT)).select_related("submission__project")
    isolated_rows.each(held, ledger.mark_restored_unknown, "a restored call")


def _projects() -> list[Project]:
    return list(Project.objects.exclude(api_key_sealed=None))


def _schedule_reads(since: datetime) -> None:
    """Make every submission that is not final due; the poller reads them, oldest first, within the budget."""
    now = clock.now()
    unasked = _unasked(since).exclude(next_read_at__lte=now)
    unasked.update(next_read_at=now)


def _unasked(since: datetime) -> Any:
    open_ones = Submission.objects.open().exclude(vendor_id="")
    return open_ones.exclude(vendor_read_at__gte=since)


def _list(project: Project, switch: Switch) -> bool:
    """Page the vendor's list back to the last time in the restored data. Return True if it was read to that point.

    The order of the list is undocumented, so reading continues until two hundred records in a row are older.
    """
    since = (switch.restored_to or project.created_at) - SLACK
    older = 0
    placed = True
    client = vendor_client.client_for(project)
    try:
        for record in client.list_submissions():
            is_older = record.created_at is not None and record.created_at < since
            older = older + 1 if is_older else 0
            if older >= OLDER_IN_ROW:
                break
            if not is_older:
                placed &= orphans.place(project, _whole(client, record)) != orphans.CALL_UNDER_WAY
    except VendorError as error:
        log.warning("the vendor's list could not be read to its end: %s", error)
        gate.note_end(project, error)
        return False
    gate.note_contact(project, client.last_received)
    return placed


def _whole(client: Client, item: VendorSubmission) -> VendorSubmission:
    """Return the full record of a list item without a userid, or of a Liveform: list items have fewer members."""
    is_enough = item.userid and not records.reference_in(item.userid)
    return item if is_enough else client.get_submission(item.submission_id) or item


def is_under_way() -> bool:
    """Return whether reads or settlements are still open."""
    open_points = progress()
    return bool(open_points["unknown"] or open_points["unasked"] or not open_points["is_listed"])


def progress() -> dict[str, Any]:
    """Return the open work, for the administrator who lifts the hold."""
    switch = Switch.read()
    since = switch.on_hold_since or clock.now()
    strangers = Difference.objects.standing().filter(kind=DifferenceKind.UNKNOWN_HERE)
    return {
        "unknown": Call.objects.filter(state__in=(CallState.UNKNOWN, CallState.SENT, CallState.PREPARED)).count(),
        "unasked": _unasked(since).count(),
        "is_listed": switch.listed_at is not None,
        "strangers": strangers.count(),
    }
