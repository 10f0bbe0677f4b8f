"""What the vendor's own record says, and what follows: one row for every pair of our status and the vendor's.

`AGREE`: nothing to do. A status: move there. `DIFFER`: shown to people, nothing moves by itself. `WAIT`: an open call
is about to tell. A status of the vendor's that nobody has documented is always a difference.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from argos.replies import VendorSubmission
from submissions import clock, events
from submissions.calls import gate, outcomes
from submissions.events import VENDOR, Actor
from submissions.models import Source, Status, Submission
from submissions.transitions import StaleSubmission, move

S = Status


class Word(Enum):
    AGREE = "agree"
    DIFFER = "differ"
    WAIT = "wait"


A, D, W = Word.AGREE, Word.DIFFER, Word.WAIT
VENDOR_STATUSES = ("incomplete", "pending", "approved", "rejected")

# Our status: what the vendor's incomplete, pending, approved and rejected mean against it.
# The vendor's incomplete covers "ID only" and "failed selfie" alike: it agrees with all of ours that are not further.
TABLE: dict[Status, tuple[Status | Word, Status | Word, Status | Word, Status | Word]] = {
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


def word_on(ours: Status, vendor: str) -> Status | Word:
    if vendor not in VENDOR_STATUSES:
        return Word.WAIT if ours in (S.STEP1_SENDING, S.STEP2_SENDING, S.DECISION_SENDING) else Word.DIFFER
    return TABLE[ours][VENDOR_STATUSES.index(vendor)]


def ask_vendor(submission: Submission, *, by: Actor) -> VendorSubmission | None:
    """Read the vendor's record now, adopt what the table says, and return what was read (None: it has no such record).

    Raises:
        argos.errors.VendorError: the vendor could not be asked; nothing changed.
    """
    client = submission.project.client()
    found = client.get_submission(submission.vendor_id)
    gate.note_contact(submission.project, client.last_received)
    events.record("vendor_asked", by=by, submission=submission, fields={"found": found is not None})
    adopt(submission, found)
    return found


def adopt(submission: Submission, found: VendorSubmission | None) -> Word | Status:
    """Bring our record in line with the vendor's where the table says so, else mark the difference."""
    told = vendor_columns(submission, found)
    word = word_on(Status(submission.status), found.result or "" if found else "")
    if isinstance(word, Status) and found:
        _follow(submission, word, found, told)
        return word
    differs = word == Word.DIFFER and not submission.has_open_call
    _note(submission, told, differs)
    return word


def _follow(submission: Submission, to: Status, found: VendorSubmission, told: dict[str, Any]) -> None:
    at = found.pending_at if to == Status.PENDING else found.result_at
    columns = outcomes.arriving(submission, to, at or clock.now()) | told | last_attempt(found)
    if to in (Status.APPROVED, Status.REJECTED):
        columns |= {"source": source_of(found), "next_read_at": None}
    fields = {"codes": told["vendor_codes"], "read_back": True}
    try:
        move(submission, to, by=VENDOR, fields=fields, has_difference=False, **columns)
    except StaleSubmission:
        submission.refresh_from_db()


def _note(submission: Submission, told: dict[str, Any], differs: bool) -> None:
    if differs != submission.has_difference:
        kind = "difference_found" if differs else "difference_gone"
        fields = {"ours": submission.status, "vendor": told.get("vendor_status", "no record")}
        events.record(kind, by=VENDOR, submission=submission, fields=fields)
    told |= {"has_difference": differs, "next_read_at": next_read(submission)}
    Submission.objects.filter(pk=submission.pk).update(**told)
    for column, value in told.items():
        setattr(submission, column, value)


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
        columns["vendor_attempts"] = max(len(found.attempts), submission.vendor_attempts or 0)
    return columns


def last_attempt(found: VendorSubmission) -> dict[str, Any]:
    """Scores of the attempt that decided; left alone where the vendor tells none."""
    last = found.attempts[-1] if found.attempts else None
    scores = {"face_similarity": last and last.face_similarity, "liveness": last and last.liveness}
    return {column: value for column, value in scores.items() if value is not None}


def source_of(found: VendorSubmission) -> Source:
    return Source.TIMEOUT if outcomes.TIMEOUT_CODE in found.codes else Source.VENDOR


READ_AGAIN: dict[Status, timedelta] = {
    S.PENDING: timedelta(hours=2),
    S.SECOND_REVIEW: timedelta(hours=2),
    S.OVERDUE: timedelta(minutes=10),
    S.INCOMPLETE: timedelta(hours=4),
    S.CONFIRMING: timedelta(hours=8),
}


def next_read(submission: Submission) -> datetime | None:
    """When the poller asks again: often where the vendor's word is all we wait for, seldom else, never once final."""
    wait = READ_AGAIN.get(Status(submission.status))
    return clock.now() + wait if wait else None
