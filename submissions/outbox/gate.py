"""Decide whether calls may be sent now: all reasons against it, each with the sentence that users see."""

import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from argos.codes import advice_on, stop_on
from argos.errors import NotConfigured, Refused, Throttled, Undelivered, VendorError
from argos.replies import Received
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import Call, CallKind, Project, Status, Switch
from submissions.models.call import CallQuerySet
from submissions.models.submission_key import take_key
from submissions.outbox import rate_budget, restore_hold, vendor_client

DOWN_AFTER = 5
OFFSET_NOISE = 2.0  # seconds
CLOCK_JUMP = 20.0  # seconds
PROBE = "portal-probe"
Kind = tuple[UUID, str]  # a project, and a kind of its calls


def is_open() -> bool:
    """Return whether calls may be sent. Checked before every call, so that a restored database sends none."""
    switch = Switch.read()
    return switch.may_send and restore_hold.is_in_time(switch)


def startable(moment: datetime) -> CallQuerySet:
    """Return prepared calls that may be sent: the vendor's clock agrees with ours, a down vendor gets no new Step 1.

    Calls that were tried while the vendor was up are retried, so that their outcome is known within minutes. The Step 1
    of a draft starts a submission's 24 hours. The query reads this from the call: a condition on the submission here
    doubles the time for planning the query, because that table has forty indexes.
    """
    drift = clock.MAX_DRIFT.total_seconds()
    agrees = Q(submission__project__clock_offset__range=(-drift, drift))
    starts_a_clock = Q(kind=CallKind.STEP1, returns_to=Status.DRAFT, undelivered=0)
    calls: CallQuerySet = Call.objects.claimable(moment).filter(agrees)
    return calls.exclude(starts_a_clock & Q(submission__project__undelivered_in_row__gte=DOWN_AFTER))


def most_urgent(moment: datetime, full: Iterable[Kind] = (), taken: Iterable[UUID] = ()) -> Call | None:
    """Return the first startable call, locked until the transaction ends.

    Rows locked by another worker are skipped (`SKIP LOCKED`). SQLite has no row locks and one writer at a time.

    Args:
        full: pairs of project and kind whose calls are skipped.
        taken: calls that another worker took in the meantime; they are skipped too.
    """
    rows = startable(moment).with_what_is_sent()
    for project, kind in full:
        rows = rows.exclude(submission__project=project, kind=kind)
    for pk in taken:
        rows = rows.exclude(pk=pk)
    call: Call | None = locked(rows).first()
    if call is not None:
        call.attempt.submission = call.submission  # one instance, so that its data key is unwrapped once
        take_key(call.submission, call.wrapped_key)
    return call


def locked(rows: "QuerySet[Call]") -> "QuerySet[Call]":
    return rows.select_for_update(skip_locked=True, of=("self",), no_key=True)


def is_down(project: Project) -> bool:
    """Return whether `DOWN_AFTER` calls in a row were not delivered, so that no new Step 1 starts."""
    return project.undelivered_in_row >= DOWN_AFTER


def is_shut() -> Q:
    """Return the condition of projects that `why_closed` reports for a reason of their own."""
    drift = clock.MAX_DRIFT.total_seconds()
    agrees = Q(clock_offset__range=(-drift, drift))
    return Q(paused_at__isnull=False) | ~agrees | Q(undelivered_in_row__gte=DOWN_AFTER)


def why_closed(project: Project, switch: Switch | None = None) -> str:
    """Return the sentence for the page; "" if calls may be sent. A list of projects passes the switch, read once."""
    switch = switch or Switch.read()
    if switch.on_hold_since:
        return _("Restore lock is on. Nothing is sent until an administrator lifts it.")
    if switch.stopped_at:
        return _("Processing paused: %(why)s Requests are queued.") % {"why": _sentence(switch.stopped_why)}
    if project.paused_at:
        return _("Processing of this project paused: %(why)s") % {"why": _(project.paused_reason)}
    if clock.is_drifting(project):
        text = _("The time of this host and of ARGOS differ by %(seconds)d s. Requests are queued until they match.")
        return named(text, project.vendor_name) % {"seconds": abs(project.clock_offset)}
    if is_down(project):
        text = _("ARGOS is unavailable. Drafts start no 24-hour limit; started submissions are retried.")
        return named(text, project.vendor_name)
    return ""


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def note_end(project: Project, error: VendorError) -> None:
    """Note the end of a failed call: a refusal shows that the vendor is up; no reply or an unreadable one counts.

    A refusal because the project is closed or stopped pauses it: every further call would be refused too.
    """
    if isinstance(error, (Throttled, NotConfigured)):
        return
    if stop_on(error):
        pause(project, advice_on(error).what_happened)
    if isinstance(error, Refused) or (isinstance(error, Undelivered) and error.received):
        note_contact(project, error.received)
    else:
        note_failed(project)


def note_contact(project: Project, received: Received | None) -> None:
    """Note a reply: the vendor is up, and its Date header tells its time (whole seconds; small offsets are noise)."""
    columns: dict[str, object] = {}
    if project.undelivered_in_row:
        columns["undelivered_in_row"] = 0
    if received and received.date:
        _measured_at[project.pk] = _host_against_running_time()
        offset = clock.offset_told(received.date, received.took, project.clock_offset)
        measured = 0.0 if abs(offset) <= OFFSET_NOISE else offset
        if abs(measured - project.clock_offset) > 1:
            columns["clock_offset"] = measured
    if columns:
        Project.objects.filter(pk=project.pk).update(**columns)
        project.refresh_from_db(fields=list(columns))


_measured_at: dict[UUID, float] = {}  # by project, in this process: the host's clock at the vendor's last reply


def _host_against_running_time() -> float:
    return clock.now().timestamp() - time.monotonic()


def has_clock(project: Project) -> bool:
    """Return whether the vendor's time is known and agrees with ours; ask the vendor if the host's clock was set since.

    A clock that was set has jumped against the running time of this process.
    """
    measured = _measured_at.get(project.pk)
    if measured is None or abs(_host_against_running_time() - measured) > CLOCK_JUMP:
        probe(project)
        if project.pk not in _measured_at:
            return False
    return not clock.is_drifting(project)


def probe(project: Project) -> None:
    """Send one cheap read; a readable reply shows that the vendor is up, and its time."""
    client = vendor_client.client_for(project, rate_budget.ALL)
    _measured_at.pop(project.pk, None)
    try:
        client.find_by_userid(PROBE)
    except VendorError as error:
        note_end(project, error)
    else:
        note_contact(project, client.last_received)


def note_failed(project: Project) -> None:
    """Count a call that was not delivered or had no readable reply."""
    Project.objects.filter(pk=project.pk).update(undelivered_in_row=F("undelivered_in_row") + 1)
    project.refresh_from_db(fields=["undelivered_in_row"])


def pause(project: Project, reason: str) -> None:
    """Stop sending for a project whose key or address the vendor refuses, until an administrator resumes it."""
    Project.objects.filter(pk=project.pk, paused_at=None).update(paused_at=clock.now(), paused_reason=reason[:300])
    project.refresh_from_db(fields=["paused_at", "paused_reason"])


def stop_sending(*, by: Actor, why: str) -> None:
    """Stop sending for all projects until a manager resumes it; new calls wait."""
    assert by.user is not None
    Switch.read()
    with transaction.atomic():
        Switch.objects.filter(pk=1).update(stopped_at=clock.now(), stopped_by=by.user, stopped_why=why)
        events.record("sending_stopped", by=by)


def resume_sending(*, by: Actor) -> None:
    Switch.read()
    with transaction.atomic():
        Switch.objects.filter(pk=1).update(stopped_at=None, stopped_by=None, stopped_why="")
        events.record("sending_resumed", by=by)


def resume(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(paused_at=None, paused_reason="", undelivered_in_row=0)
