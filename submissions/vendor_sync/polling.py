"""Read submissions without recent news from the vendor, oldest first, in batches."""

import logging

from django.db.models import Q

from argos.codes import advice_on
from argos.errors import Throttled, Undelivered, VendorError
from submissions.audit.events import SYSTEM
from submissions.core import clock, isolated_rows, vendor_text
from submissions.models import Project, Status, Submission
from submissions.outbox import gate, vendor_client
from submissions.vendor_sync import concurrency, orphans, poll_intervals, status_table

log = logging.getLogger(__name__)

BATCH = 50


def poll_due(batch: int = BATCH) -> int:
    """Read each due submission once; return how many were read. A vendor that does not answer ends the round."""
    probe_down_projects()
    has_record = ~Q(vendor_id="") | Q(status=Status.AT_LIVEFORM)
    due = Submission.objects.filter(has_record, next_read_at__lte=clock.now())
    due = due.filter(project__paused_at=None, project__undelivered_in_row__lt=gate.DOWN_AFTER)
    silent: set[object] = set()
    by_project = concurrency.Reads("poll", due.select_related("project"), "project", "next_read_at")
    return by_project.each(lambda submission: _read(submission, silent), batch)


def _read(submission: Submission, silent: set[object]) -> bool:
    """Postpone the row's next read by a guarded UPDATE first, so that two pollers do not read it twice."""
    if submission.project_id in silent:
        return False
    turn = Submission.objects.filter(pk=submission.pk, next_read_at=submission.next_read_at)
    if not turn.update(next_read_at=poll_intervals.spread(poll_intervals.SOON)):
        return False
    try:
        _ask(submission)
    except VendorError as error:
        log.warning("could not read %s back: %s", submission.reference, error)
        if isinstance(error, (Throttled, Undelivered)):
            silent.add(submission.project_id)
        gate.note_end(submission.project, error)
        return False
    except Exception:
        log.exception("could not take in what the vendor says of %s", submission.reference)
        return False
    return True


def _ask(submission: Submission) -> None:
    if submission.vendor_id:
        status_table.ask_vendor(submission, by=SYSTEM)
    else:
        orphans.look_for(submission)


def probe_down_projects() -> None:
    """Send one cheap read to each vendor that is down; a reply resumes sending automatically."""
    running = Project.objects.filter(paused_at=None)
    up = running.filter(is_open=True, undelivered_in_row__lt=gate.DOWN_AFTER)
    drifting = [project for project in up if clock.is_drifting(project)]
    isolated_rows.each([*running.filter(undelivered_in_row__gte=gate.DOWN_AFTER), *drifting], gate.probe, "a probe")


def try_key(trial: Project) -> str:
    """Return the problem with this address and key as a sentence; "" if the vendor answered a read.

    Raises:
        Throttled: our own budget is used up, so the vendor was not asked and the result is unknown.
    """
    try:
        vendor_client.client_for(trial).find_by_userid(gate.PROBE)
    except Throttled:
        raise
    except VendorError as error:
        return vendor_text.advice_words(advice_on(error)).what_happened
    return ""
