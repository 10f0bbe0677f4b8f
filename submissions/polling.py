"""Asks the vendor about submissions that have been silent too long, oldest first, a bounded number at a time."""

import logging
from datetime import timedelta

from argos.codes import advice_on
from argos.errors import VendorError
from submissions import clock, wording
from submissions.calls import gate, readback
from submissions.events import SYSTEM
from submissions.models import Project, Submission

log = logging.getLogger(__name__)

BATCH = 50
ASK_AGAIN = timedelta(minutes=2)
PROBE = "portal-probe"


def poll_due(batch: int = BATCH) -> int:
    """One read for each submission whose time has come; returns how many were read."""
    probe_down_projects()
    due = Submission.objects.filter(next_read_at__lte=clock.now()).exclude(vendor_id="")
    rows = due.select_related("project").order_by("next_read_at")[:batch]
    return sum(_read(submission) for submission in rows)


def _read(submission: Submission) -> bool:
    """Take the row's turn by a guarded UPDATE first, so that two pollers do not ask twice."""
    later = clock.now() + ASK_AGAIN
    turn = Submission.objects.filter(pk=submission.pk, next_read_at=submission.next_read_at)
    if not turn.update(next_read_at=later):
        return False
    try:
        readback.ask_vendor(submission, by=SYSTEM)
    except VendorError as error:
        log.warning("could not read %s back: %s", submission.reference, error)
        return False
    return True


def probe_down_projects() -> None:
    """A vendor that was down is asked one cheap question; any answer resumes sending by itself."""
    for project in Project.objects.filter(undelivered_in_row__gte=gate.DOWN_AFTER):
        probe(project)


def probe(project: Project) -> None:
    """One cheap question to a project's vendor; whatever it answers, it is up, and its clock is measured."""
    client = project.client()
    try:
        client.find_by_userid(PROBE)
    except VendorError as error:
        if error.received is not None:
            gate.note_contact(project, error.received)
    else:
        gate.note_contact(project, client.last_received)


def try_key(trial: Project) -> str:
    """What speaks against this address and key, in words; "" when the vendor answered a read."""
    try:
        trial.client().find_by_userid(PROBE)
    except VendorError as error:
        return wording.of_advice(advice_on(error)).what_happened
    return ""
