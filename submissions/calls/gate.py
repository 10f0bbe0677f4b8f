"""May anything be sent now? Every reason why not, in one place, each with the sentence that people see."""

from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from argos.replies import Received
from submissions import clock
from submissions.models import Call, CallKind, Project, Submission, Switch

DOWN_AFTER = 5
OFFSET_NOISE = timedelta(seconds=2)


def is_open() -> bool:
    return Switch.read().may_send


def may_start(call: Call) -> bool:
    """Whether this prepared call may leave: its project's clock agrees, and a down vendor gets no new Step 1."""
    project = call.submission.project
    if clock.is_drifting(project):
        return False
    starts_a_clock = call.kind == CallKind.STEP1 and call.submission.step1_started_at is None
    return not (starts_a_clock and is_down(project) and call.undelivered == 0)


def is_down(project: Project) -> bool:
    """So many calls in a row were not delivered that no new Step 1 is started."""
    return project.undelivered_in_row >= DOWN_AFTER


def why_closed(project: Project) -> str:
    """One sentence for the page; "" when calls may leave."""
    switch = Switch.read()
    if switch.on_hold_since:
        return _("Sending is on hold since the database was restored; an administrator lifts the hold.")
    if switch.stopped_at:
        return _("A manager has stopped sending. What you press is kept and leaves when sending resumes.")
    if project.paused_at:
        return _("Sending for this project has stopped: %(why)s") % {"why": project.paused_reason}
    if clock.is_drifting(project):
        return _("This host's clock and the vendor's differ by %(seconds)d s; sending waits until they agree.") % {
            "seconds": abs(project.clock_offset)
        }
    if is_down(project):
        return _("The vendor cannot be reached. Drafts wait here without a clock; started ones are tried again.")
    return ""


def why_no_new_step1(submission: Submission) -> str:
    return why_closed(submission.project)


def note_contact(project: Project, received: Received | None) -> None:
    """The vendor answered: it is up, and its Date header tells its time (in seconds, so small offsets are noise)."""
    columns: dict[str, object] = {}
    if project.undelivered_in_row:
        columns["undelivered_in_row"] = 0
    if received and received.date:
        middle = clock.now() - timedelta(seconds=received.took / 2)
        offset = received.date - middle
        measured = 0.0 if abs(offset) <= OFFSET_NOISE else offset.total_seconds()
        if abs(measured - project.clock_offset) > 1:
            columns["clock_offset"] = measured
    if columns:
        Project.objects.filter(pk=project.pk).update(**columns)
        project.refresh_from_db(fields=list(columns))


def note_undelivered(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(undelivered_in_row=F("undelivered_in_row") + 1)
    project.refresh_from_db(fields=["undelivered_in_row"])


def pause(project: Project, reason: str) -> None:
    """The key or our address is not accepted: nothing is sent for this project until an administrator has looked."""
    Project.objects.filter(pk=project.pk, paused_at=None).update(paused_at=clock.now(), paused_reason=reason[:300])
    project.refresh_from_db(fields=["paused_at", "paused_reason"])


def resume(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(paused_at=None, paused_reason="", undelivered_in_row=0)
