"""What the vendor's own record says, and what follows: one row for every pair of our status and the vendor's.

`AGREE`: nothing to do. A status: move there. `DIFFER`: shown to people, nothing moves by itself. `WAIT`: an open call
is about to tell. `BEHIND` (in no row): the read is older than what the vendor has told us. A status of the vendor's
that nobody has documented is always a difference.
"""

from enum import Enum
from typing import Any

from django.db import transaction

from argos.replies import VendorSubmission
from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.core import clock
from submissions.models import CallKind, CallState, Decision, DifferenceKind, Source, Status, Submission
from submissions.models.submission import MAX_TRIES, UNDER_DEADLINE
from submissions.outbox import evidence, gate, ledger, new_calls, vendor_client
from submissions.outbox.try_counter import lock
from submissions.review import corrections
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

# Our status: what the vendor's incomplete, pending, approved and rejected mean against it.
# The vendor's incomplete covers "ID only" and "failed selfie" alike: it agrees with all of ours that are not further.
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
    S.APPROVED: (D, D, A, D),
    S.REJECTED: (D, D, D, A),
    S.ABANDONED: (A, D, D, A),
}


def agreement_on(ours: Status, vendor: str) -> Status | Agreement:
    if vendor not in VENDOR_STATUSES:
        return Agreement.WAIT if ours in (S.STEP1_SENDING, S.STEP2_SENDING, S.DECISION_SENDING) else Agreement.DIFFER
    return TABLE[ours][VENDOR_STATUSES.index(vendor)]


def ask_vendor(submission: Submission, *, by: Actor) -> VendorSubmission | None:
    """Read the vendor's record now, adopt what the table says, and return what was read (None: it has no such record).

    Raises:
        argos.errors.VendorError: the vendor could not be asked; nothing changed.
    """
    client = vendor_client.client_for(submission.project)
    found = client.get_submission(submission.vendor_id)
    gate.note_contact(submission.project, client.last_received)
    events.record("vendor_asked", by=by, submission=submission, fields={"found": found is not None})
    adopt(submission, found)
    return found


def adopt(submission: Submission, found: VendorSubmission | None) -> Agreement | Status:
    """Bring our record in line with the vendor's where the table says so, else mark the difference.

    A read that is older than the vendor's own last word changes nothing; it is made again soon.
    """
    submission.refresh_from_db(fields=["status", "vendor_updated_at", "deadline_at"])
    if _proves_nothing(submission, found):
        _read_again(submission)
        return Agreement.BEHIND
    told = vendor_columns(submission, found)
    if not submission.has_open_call and found is not None:
        _put_tries_right(submission, found)
    word = _word(submission, found)
    if isinstance(word, Status) and found:
        _follow(submission, word, found, told)
    else:
        _note(submission, told, word)
    if not submission.has_open_call:
        discrepancies.settle_on(submission, _differences(submission, found, word))
    return word


def _proves_nothing(submission: Submission, found: VendorSubmission | None) -> bool:
    if found is not None:
        return evidence.is_behind(submission, found)
    told = submission.vendor_updated_at
    return told is not None and clock.vendor_now(submission.project) - told < evidence.MAY_LAG


def _read_again(submission: Submission) -> None:
    again = poll_intervals.spread(poll_intervals.SOON)
    Submission.objects.filter(pk=submission.pk).update(vendor_read_at=clock.now(), next_read_at=again)


def _word(submission: Submission, found: VendorSubmission | None) -> Agreement | Status:
    """The table's; and a failed selfie at the vendor that we did not know of makes a confirming one incomplete."""
    if found is None:
        return Agreement.WAIT if submission.has_open_call else Agreement.DIFFER
    word = agreement_on(Status(submission.status), found.result or "")
    is_confirming = submission.status == S.CONFIRMING and not submission.has_open_call
    if word == Agreement.AGREE and is_confirming and evidence.step2_tries(submission, found):
        return S.INCOMPLETE
    return word


def _put_tries_right(submission: Submission, found: VendorSubmission) -> None:
    """More Step 2 attempts than our ledger holds: a call that we gave up had arrived, or a restored ledger lost it.

    Counted again under the submission's lock: a webhook and a poller that read the same record put one try right once.
    """
    theirs = min(evidence.step2_tries(submission, found) or 0, MAX_TRIES)
    if theirs <= evidence.tries_processed(submission):
        return
    with transaction.atomic():
        lock(submission)
        if submission.has_open_call:
            return
        for _missing in range(theirs - evidence.tries_processed(submission)):
            _put_try_right(submission)


def _put_try_right(submission: Submission) -> None:
    gave_up = submission.calls.filter(kind=CallKind.STEP2, settled_as="never_arrived").order_by("-sent_at").first()
    if gave_up is not None:
        gave_up.submission = submission
        ledger.correct(gave_up)
    else:
        new_calls.insert_recovered(submission, CallKind.STEP2, as_=CallState.SETTLED)


def _differences(
    submission: Submission, found: VendorSubmission | None, word: Agreement | Status
) -> dict[DifferenceKind, tuple[str, str]]:
    """Everything in which this read and our record disagree, after what the table moved."""
    if found is None:
        return {DifferenceKind.NO_RECORD: (submission.status, "")} if submission.status != S.DRAFT else {}
    shown: dict[DifferenceKind, tuple[str, str]] = {}
    if word == Agreement.DIFFER:
        is_ours = submission.source == Source.REVIEWER
        kind = DifferenceKind.DECISION if is_ours else DifferenceKind.STATUS
        shown[kind] = (submission.status, found.result or "")
    tries, ours = evidence.step2_tries(submission, found), evidence.tries_processed(submission)
    # A list that leaves out the accepted try is one shorter: no disagreement.
    if tries is not None and (tries > ours or tries < ours - (found.result in evidence.STEP2_ONLY)):
        shown[DifferenceKind.TRIES] = (str(ours), str(tries))
    return shown


def _follow(submission: Submission, to: Status, found: VendorSubmission, told: dict[str, Any]) -> None:
    at = found.pending_at if to == Status.PENDING else found.result_at
    columns = replies.arriving(submission, to, at or clock.now()) | told | last_attempt(found)
    columns["next_read_at"] = poll_intervals.ends(to)
    ours = _our_decision(submission, to)
    if to in (Status.APPROVED, Status.REJECTED):
        columns |= {"source": source_of(found)} | (replies.decided_here(submission, ours) if ours else {})
    if to == Status.INCOMPLETE:
        columns |= {"first_step2_at": submission.first_step2_at or clock.now()}
    fields = {"codes": told["vendor_codes"], "read_back": True}
    try:
        with transaction.atomic():
            move(submission, to, by=VENDOR, fields=fields, **columns)
            if ours:
                corrections.adopt(ours)
    except StaleSubmission:
        submission.refresh_from_db()


def _our_decision(submission: Submission, to: Status) -> Decision | None:
    """A verdict that we took for never arrived and that the vendor now shows: it is the reviewer's after all."""
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


def _note(submission: Submission, told: dict[str, Any], word: Agreement | Status) -> None:
    """Written only while the status is the one that was judged."""
    told["next_read_at"] = (
        poll_intervals.spread(poll_intervals.DIFFERING)
        if word == Agreement.DIFFER
        else poll_intervals.ends(_status(submission))
    )
    if Submission.objects.filter(pk=submission.pk, status=submission.status).update(**told):
        for column, value in told.items():
            setattr(submission, column, value)


def _status(submission: Submission) -> Status:
    return Status(submission.status)


def vendor_columns(submission: Submission, found: VendorSubmission | None) -> dict[str, Any]:
    if found is None:
        return {"vendor_read_at": clock.now()}
    submission.vendor_comment = list(found.comments)
    columns: dict[str, Any] = {
        "vendor_read_at": clock.now(),
        "vendor_status": (found.result or "")[:40],
        "vendor_codes": list(found.codes),
        "vendor_comment_sealed": submission.vendor_comment_sealed,
        "vendor_updated_at": found.updated_at or submission.vendor_updated_at,
    }
    if found.attempts is not None:
        columns["vendor_attempts"] = min(len(found.attempts), MAX_ATTEMPTS)
    if found.created_at and submission.status in UNDER_DEADLINE:
        columns |= {"step1_started_at": found.created_at, "deadline_at": found.created_at + RESULT_LIMIT}
    return columns


def last_attempt(found: VendorSubmission) -> dict[str, Any]:
    """Scores of the attempt that decided; left alone where the vendor tells none."""
    last = found.attempts[-1] if found.attempts else None
    scores = {"face_similarity": last and last.face_similarity, "liveness": last and last.liveness}
    return {column: value for column, value in scores.items() if value is not None}


def source_of(found: VendorSubmission) -> Source:
    return Source.TIMEOUT if replies.TIMEOUT_CODE in found.codes else Source.VENDOR
