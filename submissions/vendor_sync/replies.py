"""Apply a parsed reply to the submission. `kycStatus` decides, never a score or `verificationResult`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from argos import codes, limits
from argos.received import Received
from argos.replies import (
    AccountReply,
    ImageReply,
    MonitorReply,
    Retry,
    ReviewReply,
    Step1Reply,
    Step2Reply,
    VendorSubmission,
)
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import auto_submit
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Decision, Source, Status, Submission
from submissions.outbox import ledger, stored_replies
from submissions.review import corrections
from submissions.search import blind_index
from submissions.signals import project_state, store
from submissions.vendor_sync import discrepancies, poll_intervals
from submissions.workflow import deadlines
from submissions.workflow.transitions import move

TIMEOUT_CODE = "timeout"


def step1_answered(call: Call, reply: Step1Reply) -> bool:
    submission = call.submission
    project_state.note(submission.project, reply.project_state)
    confirmed = submission.values
    to, columns = _step1_end(submission, reply)
    code = columns.get("retry_code", "") if to == Status.STEP1_RETRY else ""
    with transaction.atomic():
        if _close(call, reply.received.status, to, columns, error_code=code):
            if to == Status.CONFIRMING:
                store.store_step1(submission, reply)
                blind_index.index(submission)
                auto_submit.after_step1(call, confirmed)
            return True
    if reply.submission_id and reply.submission_id != submission.vendor_id:
        discrepancies.second_record(submission, reply.submission_id, call.userid, reply.kyc_status or "")
    return False


def _step1_end(submission: Submission, reply: Step1Reply) -> tuple[Status, dict[str, Any]]:
    columns = _received_columns(submission, reply.received, reply.kyc_status, reply.retry_count)
    if reply.retries or reply.needs_new_image:  # else the last code stays: reviewers filter by it
        columns |= retry_columns(submission, reply.retries)
    if reply.submission_id:
        columns["vendor_id"] = reply.submission_id
    if reply.rejected:
        return Status.REJECTED, columns | decided(submission, Source.VENDOR)
    columns["next_alert_at"] = deadlines.next_alert(submission.deadline_at)
    if reply.needs_new_image:
        return Status.STEP1_RETRY, columns
    columns |= read_columns(submission, reply.ocr) | {"id_type_unknown": reply.id_type_unknown}
    return Status.CONFIRMING, columns


def read_columns(submission: Submission, ocr: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that Step 1 read; the vendor's attempt list starts empty unless ID images were refused before.

    The caller updates the search hashes in the same transaction.
    """
    submission.ocr = dict(ocr)
    submission.values = _filled(submission.values, ocr)
    return {
        "ocr_sealed": submission.ocr_sealed,
        "values_sealed": submission.values_sealed,
        "vendor_attempts": 0 if submission.step1_calls <= 1 else submission.vendor_attempts,
        "draft_version": submission.draft_version + 1,
    }


def first_seen(record: VendorSubmission) -> dict[str, Any]:
    """Return the vendor's id and time; its time replaces the one that we assumed while the outcome was unknown."""
    columns: dict[str, Any] = {"vendor_id": record.submission_id}
    if record.created_at:
        columns |= {"step1_started_at": record.created_at, "deadline_at": record.created_at + deadlines.RESULT_LIMIT}
    return columns


def _filled(values: dict[str, str], ocr: Mapping[str, str]) -> dict[str, str]:
    """Fill empty values from OCR; never overwrite a typed value."""
    return {**{name: text for name, text in ocr.items() if text}, **{n: v for n, v in values.items() if v}}


def step2_answered(call: Call, reply: Step2Reply) -> bool:
    submission = call.submission
    project_state.note(submission.project, reply.project_state)
    now = clock.now()
    columns = _received_columns(submission, reply.received, reply.kyc_status, reply.retry_count)
    columns |= {
        "face_similarity": reply.face_similarity,
        "liveness": reply.liveness,
        "verification_result": (reply.verification_result or "")[:20],
        "recognized_id_type": (reply.recognized_id_type or "")[:40],
        "first_step2_at": submission.first_step2_at or now,
        "vendor_attempts": (submission.vendor_attempts or 0) + 1,
    }
    to = STEP2_ENDS.get(reply.kyc_status)
    if to is None:
        return ledger.mark_unknown(
            call, error="unknown_status", http_status=reply.received.status, reply=stored_replies.raw(reply)
        )
    if to == Status.INCOMPLETE or reply.retries:  # else the last code stays: reviewers filter by it
        columns |= retry_columns(submission, reply.retries)
    return _close(call, reply.received.status, to, columns | arriving(submission, to, now), stored_replies.raw(reply))


STEP2_ENDS = {
    "incomplete": Status.INCOMPLETE,
    "pending": Status.PENDING,
    "approved": Status.APPROVED,
    "rejected": Status.REJECTED,
}


def arriving(submission: Submission, to: Status, at: datetime) -> dict[str, Any]:
    """Return the columns of a status that the vendor reported: clocks that start or stop, the source of a decision."""
    if to == Status.PENDING:
        target = deadlines.review_target(submission.project, at, submission.step1_started_at)
        clocks = {"pending_at": at, "target_at": target, "next_alert_at": deadlines.next_alert(target)}
        return clocks | {"next_read_at": poll_intervals.spread(poll_intervals.SOON)}  # the record has the signals
    if to in (Status.APPROVED, Status.REJECTED):
        return decided(submission, Source.VENDOR, at)
    return {"next_alert_at": deadlines.next_alert(submission.deadline_at)}


def decided(submission: Submission, source: Source, at: datetime | None = None) -> dict[str, Any]:
    """Return the columns of a final status: all clocks stop, and the vendor is read once more for codes and comment."""
    now = clock.now()
    return {
        "decided_at": at or now,
        "source": source,
        "next_alert_at": None,
        "callback_at": None,
        "next_read_at": now if not submission.vendor_codes else None,
    }


def review_answered(call: Call, reply: ReviewReply) -> bool:
    """Apply the reply to a verdict; a `finalStatus` other than the verdict is read back."""
    submission = call.submission
    decision = Decision.objects.select_related("reviewer").get(call=call)
    decision.submission = submission
    if reply.final_status != decision.verdict:
        return ledger.mark_unknown(
            call, error="unexpected_final_status", http_status=reply.received.status, reply=stored_replies.raw(reply)
        )
    columns = _received_columns(submission, reply.received, reply.final_status, None) | decided_here(
        submission, decision
    )
    with transaction.atomic():
        if not _close(call, reply.received.status, Status(decision.verdict), columns, stored_replies.raw(reply)):
            return False
        corrections.adopt(decision)
    return True


def decided_here(submission: Submission, decision: Decision) -> dict[str, Any]:
    return decided(submission, Source.REVIEWER) | {
        "decided_by": decision.reviewer,
        "reason_code": decision.reason_code,
        "claimed_by": None,
        "claimed_until": None,
    }


def account_answered(call: Call, reply: AccountReply) -> bool:
    """Store the result of the 1-won check on the call and return the submission to confirming."""
    code = reply.retry_code or ""
    fields = {"call": call.kind, "success": reply.success, "code": code}
    error = "" if reply.success else "account_refused"
    call.reply = stored_replies.raw(reply)
    columns = {"http_status": reply.received.status, "error": error, "error_code": code[:120]}
    with transaction.atomic():
        if not _end(call, reply_sealed=call.reply_sealed, **columns):
            return False
        events.record("account_checked", by=VENDOR, submission=call.submission, fields=fields)
    return True


def delete_answered(call: Call, received: Received) -> bool:
    """End the call: the vendor has deleted its copy; the retention sweep erases ours."""
    with transaction.atomic():
        if not _end(call, http_status=received.status, error=""):
            return False
        events.record("deleted_at_vendor", by=VENDOR, submission=call.submission)
    return True


def monitor_answered(call: Call, reply: MonitorReply) -> bool:
    """End a call to the monitoring by what the reply says of its submission; one that it does not list is unknown."""
    submission_id, received = call.attempt.values["submissionId"], reply.received
    if submission_id in reply.failed:
        why = reply.failed[submission_id]
        stored = {**stored_replies.raw(reply), "said": why}
        return ledger.refuse(
            call, error="monitor_refused", code=codes.storable("", why), http_status=received.status, reply=stored
        )
    if submission_id not in reply.done:
        return ledger.mark_unknown(
            call, error="not_listed", http_status=received.status, reply=stored_replies.raw(reply)
        )
    with transaction.atomic():
        if not _end(call, http_status=received.status, error=""):
            return False
        monitoring_changed(call)
    return True


def monitoring_changed(call: Call) -> None:
    kind = "aml_monitoring_started" if call.kind == CallKind.AML_ON else "aml_monitoring_ended"
    events.record(kind, by=VENDOR, submission=call.submission)


def image_answered(call: Call, reply: ImageReply) -> bool:
    """End the call: the vendor's record has the image. The status and the attempts do not change."""
    with transaction.atomic():
        if not _end(call, http_status=reply.received.status, error=""):
            return False
        events.record("later_image_at_vendor", by=VENDOR, submission=call.submission)
    return True


def _end(call: Call, **columns: Any) -> bool:
    """Mark the call as answered, also if it was settled as never arrived before its late reply."""
    if ledger.end(call, CallState.ANSWERED, **columns):
        return True
    return ledger.reopen(call) and ledger.end(call, CallState.ANSWERED, **columns)


def _received_columns(
    submission: Submission, received: Received, status: str | None, count: int | None
) -> dict[str, Any]:
    """Return the reported state and the earliest time, by the vendor's clock, at which its record can have changed."""
    columns: dict[str, Any] = {"vendor_read_at": clock.now()}
    if received.date and not clock.is_drifting(submission.project):
        columns["vendor_updated_at"] = received.date - timedelta(seconds=received.took)
    if status:
        columns["vendor_status"] = status[:40]
    if count is not None:
        columns["vendor_count"] = count
    return columns


def retry_columns(submission: Submission, retries: Sequence[Retry]) -> dict[str, Any]:
    """Return the columns of the first reason, by which reviewers filter, and of the further ones."""
    first, *more = [*retries] or [Retry("", "")]
    submission.retry_message = first.message
    submission.more_retries = [[retry.code[:80], retry.message] for retry in more[: limits.LISTED]]
    return {
        "retry_code": first.code[:80],
        "retry_message_sealed": submission.retry_message_sealed,
        "more_retries_sealed": submission.more_retries_sealed,
    }


def _close(
    call: Call,
    http_status: int,
    to: Status,
    columns: dict[str, Any],
    reply: dict[str, Any] | None = None,
    error_code: str = "",
) -> bool:
    """End the call and move the submission in one transaction. False when somebody settled the call before us."""
    with transaction.atomic():
        call.reply = reply or {}
        ended = {"http_status": http_status, "error": "", "error_code": error_code, "reply_sealed": call.reply_sealed}
        if not _end(call, **ended):
            return False
        columns = {"next_read_at": poll_intervals.ends(to), **columns}
        fields = {"call": call.kind, "retry_code": columns.get("retry_code", "")}
        move(call.submission, to, by=VENDOR, fields=fields, notice="", **columns)
    return True
