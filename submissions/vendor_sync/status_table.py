"""Compare the vendor's record with ours and adopt it: one table row for each of our statuses.

`AGREE`: nothing to do. A status: move there. `DIFFER`: people see a discrepancy and the status stays. `WAIT`: the reply
to an open call will decide. `BEHIND` (in no row): the read is older than an earlier report of the vendor. An
undocumented vendor status is always a discrepancy.
"""

from enum import Enum
from typing import Any

from django.db import transaction

from argos.replies import VendorSubmission
from submissions.aml import results
from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.core import clock
from submissions.liveform import records
from submissions.models import (
    AmlSource,
    CallKind,
    CallState,
    Decision,
    DifferenceKind,
    Route,
    Source,
    Status,
    Submission,
)
from submissions.models.submission import MAX_TRIES, UNDER_DEADLINE
from submissions.outbox import evidence, gate, ledger, new_calls, vendor_client
from submissions.outbox.try_counter import lock
from submissions.review import corrections
from submissions.search import blind_index
from submissions.signals import project_state, store
from submissions.vendor_sync import discrepancies, poll_intervals, replies
from submissions.workflow.deadlines import RESULT_LIMIT
from submissions.workflow.transitions import StaleSubmission, move

S = Status


class Agreement(Enum):
    AGREE = "agree"
    DIFFER = "differ"
    WAIT = "wait"
    BEHIND = "behind"


A, D, W = Agreement.AGREE, Agreement.DIFFER, Agreement.WAIT
MAX_ATTEMPTS = 1_000  # the vendor takes three; a longer list still fits its column
VENDOR_STATUSES = ("incomplete", "pending", "approved", "rejected")

# Our status: the result for the vendor's incomplete, pending, approved, and rejected.
# The vendor's incomplete means "ID only" or "failed selfie": it agrees with all of our statuses up to these.
TABLE: dict[Status, tuple[Status | Agreement, Status | Agreement, Status | Agreement, Status | Agreement]] = {
    S.DRAFT: (D, D, D, D),
    S.STEP1_SENDING: (W, W, W, W),
    S.STEP1_RETRY: (A, D, D, S.REJECTED),
    S.CONFIRMING: (A, S.PENDING, S.APPROVED, S.REJECTED),
    S.STEP2_SENDING: (W, W, W, W),
    S.INCOMPLETE: (A, S.PENDING, S.APPROVED, S.REJECTED),
    S.PENDING: (D, A, S.APPROVED, S.REJECTED),
    S.SECOND_REVIEW: (D, A, S.APPROVED, S.REJECTED),
    S.DECISION_SENDING: (W, W, W, W),
    S.OVERDUE: (A, S.PENDING, S.APPROVED, S.REJECTED),
    S.AT_LIVEFORM: (A, S.PENDING, S.APPROVED, S.REJECTED),
    S.APPROVED: (D, D, A, D),
    S.REJECTED: (D, D, D, A),
    S.ABANDONED: (A, D, D, A),
}


def agreement_on(ours: Status, vendor: str) -> Status | Agreement:
    if vendor not in VENDOR_STATUSES:
        return Agreement.WAIT if ours in (S.STEP1_SENDING, S.STEP2_SENDING, S.DECISION_SENDING) else Agreement.DIFFER
    return TABLE[ours][VENDOR_STATUSES.index(vendor)]


def ask_vendor(submission: Submission, *, by: Actor) -> VendorSubmission | None:
    """Read the vendor's record, adopt it, and return it; None if the vendor has no such record.

    Raises:
        argos.errors.VendorError: the read failed; nothing changed.
    """
    client = vendor_client.client_for(submission.project)
    record = client.get_submission(submission.vendor_id)
    gate.note_contact(submission.project, client.last_received)
    events.record("vendor_asked", by=by, submission=submission, fields={"found": record is not None})
    adopt(submission, record)
    records.read_back(submission, record, client)
    return record


def adopt(submission: Submission, record: VendorSubmission | None) -> Agreement | Status:
    """Adopt the vendor's record as the table says, else store the discrepancy.

    A read that is older than the vendor's last report changes nothing and is repeated soon.
    """
    submission.refresh_from_db(fields=["status", "vendor_updated_at", "deadline_at"])
    if _proves_nothing(submission, record):
        _read_again(submission)
        return Agreement.BEHIND
    values = vendor_columns(submission, record)
    if record is not None:
        _keep_signals(submission, record)
        project_state.note(submission.project, record.project_state)
    if not submission.has_open_call and record is not None and submission.route == Route.API:
        _correct_tries(submission, record)
    agreement = _agreement(submission, record)
    if isinstance(agreement, Status) and record:
        _follow(submission, agreement, record, values)
    else:
        _note(submission, values, agreement)
    if not submission.has_open_call:
        stored = discrepancies.stored_otherwise(submission, record)
        current = _differences(submission, record, agreement) | stored.differences
        discrepancies.settle_on(submission, current, stored.values, stored.untold)
    return agreement


def _keep_signals(submission: Submission, record: VendorSubmission) -> None:
    with transaction.atomic():
        if store.store(submission, record.signals):
            blind_index.index(submission)
    results.apply(submission, record.signals.aml, AmlSource.RECORD)


def _proves_nothing(submission: Submission, record: VendorSubmission | None) -> bool:
    if record is not None:
        return evidence.is_behind(submission, record)
    reported_at = submission.vendor_updated_at
    return reported_at is not None and clock.vendor_now(submission.project) - reported_at < evidence.MAY_LAG


def _read_again(submission: Submission) -> None:
    again = poll_intervals.spread(poll_intervals.SOON)
    Submission.objects.filter(pk=submission.pk).update(vendor_read_at=clock.now(), next_read_at=again)


def _agreement(submission: Submission, record: VendorSubmission | None) -> Agreement | Status:
    """Look up the table. A failed selfie that we did not know of makes a confirming submission incomplete."""
    if record is None:
        return Agreement.WAIT if submission.has_open_call else Agreement.DIFFER
    agreement = agreement_on(Status(submission.status), record.result or "")
    is_confirming = submission.status == S.CONFIRMING and not submission.has_open_call
    if agreement == Agreement.AGREE and is_confirming and evidence.step2_tries(submission, record):
        return S.INCOMPLETE
    return agreement


def _correct_tries(submission: Submission, record: VendorSubmission) -> None:
    """Correct the ledger if the vendor lists more Step 2 attempts: a given-up call arrived, or a restore lost a call.

    The count is repeated under the submission's lock, so that a webhook and a poller with the same record correct a try
    once.
    """
    theirs = min(evidence.step2_tries(submission, record) or 0, MAX_TRIES)
    if theirs <= evidence.tries_processed(submission):
        return
    with transaction.atomic():
        lock(submission)
        if submission.has_open_call:
            return
        for _missing in range(theirs - evidence.tries_processed(submission)):
            _correct_try(submission)


def _correct_try(submission: Submission) -> None:
    gave_up = submission.calls.filter(kind=CallKind.STEP2, settled_as="never_arrived").order_by("-sent_at").first()
    if gave_up is not None:
        gave_up.submission = submission
        ledger.correct(gave_up)
    else:
        new_calls.insert_recovered(submission, CallKind.STEP2, as_=CallState.SETTLED)


def _differences(
    submission: Submission, record: VendorSubmission | None, agreement: Agreement | Status
) -> dict[DifferenceKind, tuple[str, str]]:
    """Return the discrepancies between this read and our record after the move."""
    if record is None:
        return {DifferenceKind.NO_RECORD: (submission.status, "")} if submission.status != S.DRAFT else {}
    differences: dict[DifferenceKind, tuple[str, str]] = {}
    if agreement == Agreement.DIFFER:
        is_ours = submission.source == Source.REVIEWER
        kind = DifferenceKind.DECISION if is_ours else DifferenceKind.STATUS
        differences[kind] = (submission.status, record.result or "")
    if submission.route == Route.LIVEFORM:  # ARGOS counts the attempts of its own form
        return differences
    tries, ours = evidence.step2_tries(submission, record), evidence.tries_processed(submission)
    # A list without the accepted try is one shorter; this is no discrepancy.
    if tries is not None and (tries > ours or tries < ours - (record.result in evidence.STEP2_ONLY)):
        differences[DifferenceKind.TRIES] = (str(ours), str(tries))
    return differences


def _follow(submission: Submission, to: Status, record: VendorSubmission, values: dict[str, Any]) -> None:
    at = record.pending_at if to == Status.PENDING else record.result_at
    columns = replies.arriving(submission, to, at or clock.now()) | values | last_attempt(record)
    columns["next_read_at"] = poll_intervals.ends(to)
    ours = _our_decision(submission, to)
    if to in (Status.APPROVED, Status.REJECTED):
        columns |= {"source": source_of(record)} | (replies.decided_here(submission, ours) if ours else {})
    if to == Status.INCOMPLETE:
        columns |= {"first_step2_at": submission.first_step2_at or clock.now()}
    fields = {"codes": values["vendor_codes"], "read_back": True}
    try:
        with transaction.atomic():
            move(submission, to, by=VENDOR, fields=fields, **columns)
            if ours:
                corrections.adopt(ours)
    except StaleSubmission:
        submission.refresh_from_db()


def _our_decision(submission: Submission, to: Status) -> Decision | None:
    """Return the reviewer's verdict that was settled as never arrived and that the vendor reports now, restored."""
    lost = Decision.objects.filter(submission=submission, verdict=to, call__settled_as="never_arrived")
    given_up = lost.filter(withdrawn_why="never_arrived").select_related("call", "reviewer")
    decision: Decision | None = given_up.order_by("-decided_at").first()
    if decision is None or decision.call is None:
        return None
    decision.submission = decision.call.submission = submission
    ledger.correct(decision.call)
    submission.decisions.filter(withdrawn_at=None).update(withdrawn_at=clock.now(), withdrawn_why="decided_earlier")
    Decision.objects.filter(pk=decision.pk).update(withdrawn_at=None, withdrawn_why="")
    return decision


def _note(submission: Submission, values: dict[str, Any], agreement: Agreement | Status) -> None:
    """Write the columns if the status is still the one that was compared."""
    values["next_read_at"] = (
        poll_intervals.spread(poll_intervals.DIFFERING)
        if agreement == Agreement.DIFFER
        else poll_intervals.ends(_status(submission))
    )
    if Submission.objects.filter(pk=submission.pk, status=submission.status).update(**values):
        for column, value in values.items():
            setattr(submission, column, value)


def _status(submission: Submission) -> Status:
    return Status(submission.status)


def vendor_columns(submission: Submission, record: VendorSubmission | None) -> dict[str, Any]:
    if record is None:
        return {"vendor_read_at": clock.now()}
    submission.vendor_comment = list(record.comments)
    columns: dict[str, Any] = {
        "vendor_read_at": clock.now(),
        "vendor_status": (record.result or "")[:40],
        "vendor_codes": list(record.codes),
        "vendor_comment_sealed": submission.vendor_comment_sealed,
        "vendor_updated_at": record.updated_at or submission.vendor_updated_at,
    }
    if record.attempts is not None:
        columns["vendor_attempts"] = min(len(record.attempts), MAX_ATTEMPTS)
        if submission.route == Route.LIVEFORM:
            columns["vendor_count"] = min(sum(bool(one.retry_codes) for one in record.attempts), MAX_ATTEMPTS)
    if record.created_at and submission.status in UNDER_DEADLINE:
        columns |= {"step1_started_at": record.created_at, "deadline_at": record.created_at + RESULT_LIMIT}
    return columns


def last_attempt(record: VendorSubmission) -> dict[str, Any]:
    """Return the scores of the last attempt, without those that the vendor does not report."""
    last = record.attempts[-1] if record.attempts else None
    scores = {"face_similarity": last and last.face_similarity, "liveness": last and last.liveness}
    return {column: value for column, value in scores.items() if value is not None}


def source_of(record: VendorSubmission) -> Source:
    return Source.TIMEOUT if replies.TIMEOUT_CODE in record.codes else Source.VENDOR
