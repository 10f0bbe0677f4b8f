"""Adopt unknown calls that arrived: move the submission by the vendor's record, in place of the lost reply."""

from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from argos.replies import Retry, VendorSubmission
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import auto_submit
from submissions.core import clock
from submissions.models import Call, CallKind, Decision, DifferenceKind, Status, Submission
from submissions.outbox import evidence
from submissions.review import corrections
from submissions.search import blind_index
from submissions.vendor_sync import discrepancies, poll_intervals, replies, status_table
from submissions.workflow.transitions import move


def _adopt_step1(call: Call, record: VendorSubmission) -> None:
    """Move the submission as Step 1's lost reply would have; values that the record lacks stay unknown."""
    submission = call.submission
    columns = status_table.vendor_columns(submission, record)
    columns |= replies.first_seen(record)
    if record.result == "rejected":
        columns |= replies.arriving(submission, Status.REJECTED, clock.now()) | {
            "source": status_table.source_of(record)
        }
        move(submission, Status.REJECTED, by=VENDOR, **columns)
    elif _wants_new_id(call, record):
        columns |= _retry_of(submission, record)
        Call.objects.filter(pk=call.pk).update(error_code=columns["retry_code"])
        move(submission, Status.STEP1_RETRY, by=VENDOR, **columns)
    else:
        confirmed = submission.values
        columns |= replies.read_columns(submission, record.ocr)
        move(submission, Status.CONFIRMING, by=VENDOR, fields={"read_back": True}, **columns)
        blind_index.index(submission)
        # A call recovered after a restore, or from an orphan record, may have been followed by Step 2 already.
        if call.error not in (evidence.RESTORED, "found_at_vendor"):
            auto_submit.after_step1(call, confirmed)


def _wants_new_id(call: Call, record: VendorSubmission) -> bool:
    """Whether the record shows one more refused ID image than before, and no OCR; also true if it cannot show it.

    An unneeded ID image costs nothing ("already processed") and a selfie sent too early fails, so another ID image is
    requested when the vendor lists no attempts.
    """
    if record.ocr or call.error == "already_processed":
        return False
    if record.attempts is None:
        return True
    return evidence.id_tries(call, record) > int(call.known_before.get("id_tries", 0))


def _adopt_step2(call: Call, record: VendorSubmission) -> None:
    submission = call.submission
    to = replies.STEP2_ENDS[record.result or ""]
    at = (record.pending_at if to == Status.PENDING else record.result_at) or clock.now()
    columns = status_table.vendor_columns(submission, record) | status_table.last_attempt(record)
    columns |= {"first_step2_at": submission.first_step2_at or call.sent_at}
    columns |= replies.arriving(submission, to, at)
    if to == Status.PENDING:  # the record with the signals was read just now
        columns["next_read_at"] = poll_intervals.ends(to)
    if to in (Status.APPROVED, Status.REJECTED):
        columns["source"] = status_table.source_of(record)
    if to == Status.INCOMPLETE:
        columns |= _retry_of(submission, record)
    move(submission, to, by=VENDOR, fields={"read_back": True}, notice="", **columns)


def _retry_of(submission: Submission, record: VendorSubmission) -> dict[str, object]:
    last = record.attempts[-1] if record.attempts else None
    pairs = zip_longest(last.retry_codes, last.retry_messages, fillvalue="") if last else ()
    return replies.retry_columns(submission, [Retry(code, message) for code, message in pairs])


def _adopt_review(call: Call, record: VendorSubmission) -> None:
    """Adopt the vendor's verdict: the reviewer's if equal, else the vendor's own with ours withdrawn and reported."""
    submission = call.submission
    decision = Decision.objects.select_related("reviewer").get(call=call)
    decision.submission = submission
    theirs = Status(record.result or "")
    columns = status_table.vendor_columns(submission, record)
    is_ours = record.result == decision.verdict
    if is_ours:
        columns |= replies.decided_here(submission, decision)
    else:
        Decision.objects.filter(pk=decision.pk).update(
            withdrawn_at=clock.now(), withdrawn_why="vendor_decided_otherwise"
        )
        columns |= replies.arriving(submission, theirs, clock.now())
        discrepancies.add(submission, DifferenceKind.DECISION, (decision.verdict, theirs))
    move(submission, theirs, by=VENDOR, fields={"read_back": True}, notice="", **columns)
    if is_ours:
        corrections.adopt(decision)


def _adopt_delete(call: Call, record: VendorSubmission | None) -> None:
    events.record("deleted_at_vendor", by=VENDOR, submission=call.submission)


def _adopt_monitoring(call: Call, record: VendorSubmission | None) -> None:
    replies.monitoring_changed(call)


def _adopt_image(call: Call, record: VendorSubmission | None) -> None:
    events.record("later_image_at_vendor", by=VENDOR, submission=call.submission)


ADOPT: dict[CallKind, Callable[[Call, Any], None]] = {
    CallKind.STEP1: _adopt_step1,
    CallKind.STEP2: _adopt_step2,
    CallKind.REVIEW: _adopt_review,
    CallKind.DELETE: _adopt_delete,
    CallKind.AML_ON: _adopt_monitoring,
    CallKind.AML_OFF: _adopt_monitoring,
    CallKind.IMAGE: _adopt_image,
}
