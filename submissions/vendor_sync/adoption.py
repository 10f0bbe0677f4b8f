"""The vendor has it: what an adopted call does to the submission, from what the vendor's record still tells."""

from collections.abc import Callable
from typing import Any

from argos.replies import VendorSubmission
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import auto_submit
from submissions.core import clock
from submissions.models import Call, CallKind, Decision, DifferenceKind, Status, Submission
from submissions.outbox import evidence
from submissions.review import corrections
from submissions.search import blind_index
from submissions.vendor_sync import discrepancies, replies, status_table
from submissions.workflow.transitions import move


def _adopt_step1(call: Call, found: VendorSubmission) -> None:
    """Take over what Step 1's lost reply would have told; what the vendor no longer tells stays not known."""
    submission = call.submission
    columns = status_table.vendor_columns(submission, found)
    columns |= replies.first_seen(found)
    codes = found.attempts[-1].retry_codes if found.attempts else ()
    if found.result == "rejected":
        columns |= replies.arriving(submission, Status.REJECTED, clock.now()) | {
            "source": status_table.source_of(found)
        }
        move(submission, Status.REJECTED, by=VENDOR, **columns)
    elif _wants_new_id(call, found):
        code = codes[0][:80] if codes else ""
        Call.objects.filter(pk=call.pk).update(error_code=code)
        move(submission, Status.STEP1_RETRY, by=VENDOR, retry_code=code, **columns)
    else:
        confirmed = submission.values
        columns |= replies.read_columns(submission, found.ocr)
        move(submission, Status.CONFIRMING, by=VENDOR, fields={"read_back": True}, **columns)
        blind_index.index(submission)
        # What a restored database or a stray record brings back may have been followed by a Step 2 already.
        if call.error not in (evidence.RESTORED, "found_at_vendor"):
            auto_submit.after_step1(call, confirmed)


def _wants_new_id(call: Call, found: VendorSubmission) -> bool:
    """No OCR, and one more refused ID image than before; or nothing that tells.

    An ID image sent again where none was wanted costs nothing ("already processed"), a selfie sent too early does not
    get through: so where the vendor lists no attempts, another ID image is asked for.
    """
    if found.ocr or call.error == "already_processed":
        return False
    if found.attempts is None:
        return True
    return evidence.id_tries(call, found) > int(call.known_before.get("id_tries", 0))


def _adopt_step2(call: Call, found: VendorSubmission) -> None:
    submission = call.submission
    to = replies.STEP2_ENDS[found.result or ""]
    at = (found.pending_at if to == Status.PENDING else found.result_at) or clock.now()
    columns = status_table.vendor_columns(submission, found) | status_table.last_attempt(found)
    columns |= {"first_step2_at": submission.first_step2_at or call.sent_at}
    columns |= replies.arriving(submission, to, at)
    if to in (Status.APPROVED, Status.REJECTED):
        columns["source"] = status_table.source_of(found)
    if to == Status.INCOMPLETE:
        columns |= _retry_of(submission, found)
    move(submission, to, by=VENDOR, fields={"read_back": True}, notice="", **columns)


def _retry_of(submission: Submission, found: VendorSubmission) -> dict[str, object]:
    last = found.attempts[-1] if found.attempts else None
    submission.retry_message = last.retry_messages[0] if last and last.retry_messages else ""
    code = last.retry_codes[0] if last and last.retry_codes else ""
    return {"retry_code": code[:80], "retry_message_sealed": submission.retry_message_sealed}


def _adopt_review(call: Call, found: VendorSubmission) -> None:
    """Ours when the verdict is ours; another verdict is the vendor's own, and ours is withdrawn and shown."""
    submission = call.submission
    decision = Decision.objects.select_related("reviewer").get(call=call)
    decision.submission = submission
    theirs = Status(found.result or "")
    columns = status_table.vendor_columns(submission, found)
    is_ours = found.result == decision.verdict
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


def _adopt_delete(call: Call, found: VendorSubmission | None) -> None:
    events.record("deleted_at_vendor", by=VENDOR, submission=call.submission)


ADOPT: dict[CallKind, Callable[[Call, Any], None]] = {
    CallKind.STEP1: _adopt_step1,
    CallKind.STEP2: _adopt_step2,
    CallKind.REVIEW: _adopt_review,
    CallKind.DELETE: _adopt_delete,
}
