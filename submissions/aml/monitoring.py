"""ARGOS's ongoing monitoring: which submissions are added and taken out, each by a call row.

No page says how a submission is taken out. Where the project sets the path `aml_monitor_off`, the portal sends a POST
there with the body of the addition (an assumption); otherwise a person removes it at the ARGOS dashboard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from argos.client import Client
from argos.paths import Paths
from argos.replies import AmlReading, MonitorReply
from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows
from submissions.models import Call, CallKind, CallState, Status, Submission
from submissions.outbox import new_calls
from submissions.outbox.evidence import Evidence
from submissions.workflow.transitions import StaleSubmission

KINDS = (CallKind.AML_ON, CallKind.AML_OFF)
BATCH = 50
MOST_CALLS = 3  # of one kind for one submission: what three calls did not do, a fourth will not
ARRIVED = Q(state=CallState.ANSWERED) | Q(settled_as="adopted")
# A refusal is a person's to judge; what never arrived, or never left, is prepared again.
MAY_REPEAT = Q(state=CallState.CANCELLED) | Q(settled_as="never_arrived")


def _calls(kind: CallKind) -> "QuerySet[Call]":
    rows: QuerySet[Call] = Call.objects.filter(submission=OuterRef("pk"), kind=kind)
    return rows


def _is_ended() -> Q:
    """The relationship has ended, or the customer's erasure was asked for."""
    return Q(relationship_ended_at__lte=clock.now()) | Q(erasure_asked_at__isnull=False)


def _may_have_a_call(kind: CallKind) -> Any:
    is_open = Exists(Call.objects.open().filter(submission=OuterRef("pk")))
    used_up = Exists(_calls(kind).order_by().values("submission").annotate(n=Count("pk")).filter(n__gte=MOST_CALLS))
    return ~is_open & ~Exists(_calls(kind).exclude(MAY_REPEAT)) & ~used_up


def to_add() -> "QuerySet[Submission]":
    """Return the approved submissions of monitoring projects that ARGOS does not monitor yet."""
    rows: QuerySet[Submission] = Submission.objects.filter(
        _may_have_a_call(CallKind.AML_ON),
        ~_is_ended(),
        status=Status.APPROVED,
        project__monitors_aml=True,
        erased_at=None,
    )
    return rows.exclude(vendor_id="").exclude(project__aml_worklist_id="").select_related("project")


def to_end() -> "QuerySet[Submission]":
    """Return the monitored submissions whose monitoring has to end and that have no removal yet."""
    monitored = Exists(_calls(CallKind.AML_ON).filter(ARRIVED))
    rows: QuerySet[Submission] = Submission.objects.filter(_is_ended(), monitored, erased_at=None)
    return rows.exclude(Exists(_calls(CallKind.AML_OFF).exclude(MAY_REPEAT))).select_related("project")


def prepare_due(batch: int = BATCH) -> int:
    """Prepare the calls that are due; return how many."""
    added = isolated_rows.each(to_add().order_by("decided_at")[:batch], _add, "an addition to AML monitoring")
    ended = to_end().filter(_may_have_a_call(CallKind.AML_OFF)).order_by("pk")[:batch]
    return added + isolated_rows.each(ended, _end, "a removal from AML monitoring")


def _add(submission: Submission) -> bool:
    return _prepare(submission, CallKind.AML_ON, submission.project.aml_worklist_id)


def _end(submission: Submission) -> bool:
    """By the worklist that it was added to: the project's may be another one since."""
    if not can_be_ended(submission):
        return False
    added = submission.calls.filter(ARRIVED, kind=CallKind.AML_ON).select_related("attempt").latest("prepared_at")
    added.attempt.submission = submission
    return _prepare(submission, CallKind.AML_OFF, added.attempt.values["worklistId"])


def can_be_ended(submission: Submission) -> bool:
    """Return whether the project says how a submission is taken out."""
    return bool(Paths.from_mapping(submission.project.paths).aml_monitor_off)


def _prepare(submission: Submission, kind: CallKind, worklist: str) -> bool:
    values = {
        "submissionId": submission.vendor_id,
        "worklistId": worklist,
        "admin": submission.project.admin_email,
    }
    try:
        new_calls.prepare(submission, kind, None, by=SYSTEM, values=values)
    except StaleSubmission:
        return False
    return True


def record_removal_by_hand(submission: Submission, *, by: Actor, reason: str) -> None:
    """Record that a person took the submission out of the monitoring at the ARGOS dashboard. Nothing is sent.

    The ledger gets a settled removal, so that the portal prepares no other and asks nobody again.

    Raises:
        StaleSubmission: no removal by hand is due (any more), or a call is open.
    """
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        state = state_of(submission, submission.calls.order_by("prepared_at"))
        if state is None or not state.must_be_removed or submission.has_open_call:
            raise StaleSubmission(submission.reference)
        new_calls.insert_done_by_hand(submission, CallKind.AML_OFF, by=by)
        events.record("aml_removed_by_hand", by=by, submission=submission, reason=reason)


def is_to_be_ended_first(submission: Submission) -> bool:
    """Return whether an erasure waits: the portal can still take the submission out, and after it nobody could."""
    return can_be_ended(submission) and to_end().filter(pk=submission.pk).exists()


def ask(call: Call, client: Client) -> MonitorReply:
    values = call.attempt.values
    is_on = call.kind == CallKind.AML_ON
    return client.aml_monitor(values["worklistId"], values["submissionId"], values["admin"], on=is_on)


def evidence_in(call: Call, reading: AmlReading) -> Evidence:
    """Judge from a reading whether an unknown call arrived; one that does not list worklists proves nothing."""
    if reading.records is None:
        return Evidence.NOT_KNOWN
    is_listed = call.attempt.values["worklistId"] in [record.worklist_id for record in reading.records]
    return Evidence.ARRIVED if is_listed == (call.kind == CallKind.AML_ON) else Evidence.ABSENT


@dataclass(frozen=True)
class MonitoringState:
    """`last`: the last call about the monitoring. `must_be_removed`: by a person, at the ARGOS dashboard."""

    last: Call
    must_be_removed: bool

    @property
    def is_by_hand(self) -> bool:
        return self.last.settled_as == new_calls.BY_HAND


def state_of(submission: Submission, calls: Iterable[Call]) -> MonitoringState | None:
    """Return the state by the submission's calls in their order; None where it was never to be monitored."""
    of_monitoring = [call for call in calls if call.kind in KINDS]
    if not of_monitoring:
        return None
    last, was_added = of_monitoring[-1], any(_has_added(call) for call in of_monitoring)
    was_refused = last.kind == CallKind.AML_OFF and last.state == CallState.REFUSED
    ended_at = submission.relationship_ended_at
    is_ended = submission.erasure_asked_at is not None or (ended_at is not None and ended_at <= clock.now())
    has_no_way = last.kind == CallKind.AML_ON and is_ended and not can_be_ended(submission)
    return MonitoringState(last, was_added and (was_refused or has_no_way))


def _has_added(call: Call) -> bool:
    return call.kind == CallKind.AML_ON and (call.state == CallState.ANSWERED or call.settled_as == "adopted")
