"""What is done while a restored database is on hold: doubt what it holds as open, ask about everything, look for what
the vendor has and we no longer do. A person lifts the hold.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from argos.client import Client
from argos.errors import VendorError
from argos.replies import VendorSubmission
from submissions.core import clock, isolated_rows
from submissions.models import Call, CallKind, CallState, Difference, DifferenceKind, Project, Submission, Switch
from submissions.outbox import evidence, gate, ledger, restore_hold, vendor_client
from submissions.vendor_sync import orphans

log = logging.getLogger(__name__)

SLACK = timedelta(hours=1)  # between our clock's last sign of life and the vendor's `created_at`
OLDER_IN_ROW = 200


def go_on() -> None:
    """The next piece of work of a hold; called by beat, does nothing without one.

    Looks itself whether the database was restored, so that nothing of it is settled before that is known.
    """
    restore_hold.is_in_time(Switch.read())
    switch = Switch.read()
    if switch.on_hold_since is None:
        return
    _doubt_everything()
    _ask_about_everything(switch.on_hold_since)
    if switch.listed_at is not None:
        return
    projects = _projects()
    if isolated_rows.each(projects, lambda project: _list(project, switch), "a vendor's list") == len(projects):
        Switch.objects.filter(pk=1).update(listed_at=clock.now())


def _doubt_everything() -> None:
    """What it holds as open may have ended since, and what it held in doubt already may have been settled and pressed
    again.
    """
    doubted = Call.objects.filter(state=CallState.UNKNOWN, kind=CallKind.STEP2).exclude(error="already_processed")
    doubted.exclude(error=evidence.RESTORED).update(error=evidence.RESTORED, clear_since=None)
    held = Call.objects.filter(state__in=(CallState.PREPARED, CallState.SENT)).select_related("submission__project")
    isolated_rows.each(held, ledger.doubt_restored, "a restored call")


def _projects() -> list[Project]:
    return list(Project.objects.exclude(api_key_sealed=None))


def _ask_about_everything(since: datetime) -> None:
    """Every one that is not final is due for a read; the poller works them off, oldest first, within the budget."""
    now = clock.now()
    unasked = _unasked(since).exclude(next_read_at__lte=now)
    unasked.update(next_read_at=now)


def _unasked(since: datetime) -> Any:
    open_ones = Submission.objects.open().exclude(vendor_id="")
    return open_ones.exclude(vendor_read_at__gte=since)


def _list(project: Project, switch: Switch) -> bool:
    """Page the vendor's list back to the restored data's last sign of life. True when it was read to that point.

    The list's order is documented nowhere: it is read on until two hundred in a row are older.
    """
    since = (switch.restored_to or project.created_at) - SLACK
    older = 0
    placed = True
    client = vendor_client.client_for(project)
    try:
        for found in client.list_submissions():
            is_older = found.created_at is not None and found.created_at < since
            older = older + 1 if is_older else 0
            if older >= OLDER_IN_ROW:
                break
            if not is_older:
                placed &= orphans.place(project, _whole(client, found)) != orphans.CALL_UNDER_WAY
    except VendorError as error:
        log.warning("the vendor's list could not be read to its end: %s", error)
        gate.note_end(project, error)
        return False
    gate.note_contact(project, client.last_received)
    return placed


def _whole(client: Client, found: VendorSubmission) -> VendorSubmission:
    """Items of a list are slimmer than single ones; one without its userid is asked for by itself."""
    return found if found.userid else client.get_submission(found.submission_id) or found


def is_under_way() -> bool:
    """Whether something is still to be asked or settled."""
    open_points = progress()
    return bool(open_points["unknown"] or open_points["unasked"] or not open_points["is_listed"])


def progress() -> dict[str, Any]:
    """What is still open, for whoever lifts the hold."""
    switch = Switch.read()
    since = switch.on_hold_since or clock.now()
    strangers = Difference.objects.standing().filter(kind=DifferenceKind.UNKNOWN_HERE)
    return {
        "unknown": Call.objects.filter(state__in=(CallState.UNKNOWN, CallState.SENT, CallState.PREPARED)).count(),
        "unasked": _unasked(since).count(),
        "is_listed": switch.listed_at is not None,
        "strangers": strangers.count(),
    }
