"""Judge from the vendor's record whether an unknown call arrived, with one function per kind of call. Nothing is moved.

The judgement compares the Step 2 attempts in the vendor's list with those our ledger counts as processed, and the
vendor's status. If the vendor lists no attempts, it compares the selfie that the vendor keeps and the time of the last
change. A read that is older than an earlier report of the vendor proves nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import QuerySet

from argos.codes import TABLES
from argos.replies import VendorAttempt, VendorSubmission
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Submission

CLOCK_NOISE = timedelta(seconds=3)
# Reads may lag. A read that is older than the vendor's last report is ignored for this long; after that we assume that
# the vendor does not maintain `updated_at` as documented.
MAY_LAG = timedelta(minutes=30)
KNOWN = ("incomplete", "pending", "approved", "rejected")
STEP2_ONLY = ("pending", "approved")
ARRIVED_AS = ("adopted", "found")
RESTORED = "restored"  # the error of calls that were open in a restored database


class Evidence(Enum):
    ARRIVED = "the record shows it"
    ABSENT = "the record does not show it (yet)"
    TURNED_AWAY = "the vendor did not process it, and never will: the record has gone further without it"
    NOT_KNOWN = "this read proves nothing"
    UNTOLD = "the record shows tries of a lost past, and nothing tells whether this call was one of them"


F = Evidence


def is_behind(submission: Submission, record: VendorSubmission) -> bool:
    """Whether this read is older than an earlier report of the vendor."""
    reported_at = submission.vendor_updated_at
    if reported_at is None or record.updated_at is None or record.updated_at >= reported_at:
        return False
    return clock.vendor_now(submission.project) - reported_at < MAY_LAG


def step2_tries(submission: Submission, record: VendorSubmission) -> int | None:
    """Return the number of Step 2 attempts in the record, without refused ID images; None if it has no list."""
    if record.attempts is None:
        return None
    step1_codes = _step1_codes(submission)
    return sum(not _is_step1(attempt, step1_codes) for attempt in record.attempts)


def _step1_codes(submission: Submission) -> set[str]:
    """Return the documented codes and those of our own Step 1 replies: the vendor may add codes at any time."""
    return {*TABLES["step1_retry"], *(ended.error_code for ended in _ended(submission) if ended.turned_id_down)}


class _Ended(NamedTuple):
    """A call that was answered or settled."""

    kind: str
    state: str
    settled_as: str
    error_code: str

    @property
    def turned_id_down(self) -> bool:
        return self.kind == CallKind.STEP1 and bool(self.error_code)

    @property
    def was_try(self) -> bool:
        """A Step 2 that the vendor processed."""
        arrived = self.state == CallState.ANSWERED or self.settled_as in ARRIVED_AS
        return self.kind == CallKind.STEP2 and arrived


def _ended(submission: Submission) -> list[_Ended]:
    """Return all ended calls of the submission with one query."""
    ended = Call.objects.filter(submission=submission, state__in=(CallState.ANSWERED, CallState.SETTLED))
    return [_Ended(*row) for row in ended.order_by().values_list(*_Ended._fields)]


def _is_step1(attempt: VendorAttempt, codes: set[str]) -> bool:
    """Decide by the first code: an attempt may have several, and our calls store the first one."""
    return bool(attempt.retry_codes) and attempt.retry_codes[0] in codes


def tries_processed(submission: Submission) -> int:
    """Return the number of Step 2 calls that our ledger counts as processed by the vendor."""
    return sum(ended.was_try for ended in _ended(submission))


def known_before(call: Call) -> dict[str, int]:
    """Return the counts before this call, which a later read is compared with; the lease stores them."""
    ended = _ended(call.submission)
    return {"tries": sum(one.was_try for one in ended), "id_tries": sum(one.turned_id_down for one in ended)}


def submissions_in_doubt() -> "QuerySet[Call, Any]":
    """Return ids of submissions with a sent or unknown step; the deadline sweep waits until it is settled."""
    steps = Call.objects.filter(kind__in=(CallKind.STEP1, CallKind.STEP2))
    rows: QuerySet[Call, Any] = steps.filter(state__in=(CallState.SENT, CallState.UNKNOWN))
    return rows.values("submission_id")


def judge(call: Call, record: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    """Return the evidence that this read gives about the call.

    Args:
        held_selfie: returns the SHA-256 of the selfie that the vendor keeps, or of the image that a later image
            replaces; "" if it keeps none, None if unknown.
    """
    if record is not None and call.submission.vendor_id:
        if is_behind(call.submission, record):
            return F.NOT_KNOWN
        if record.result not in KNOWN and not record.deleted:
            return F.NOT_KNOWN
    return JUDGES[CallKind(call.kind)](call, record, held_selfie)


def _judge_step1(call: Call, record: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if not call.submission.vendor_id:
        return F.ARRIVED if record else F.ABSENT
    if record is None:
        return F.NOT_KNOWN
    if call.error == "already_processed" or record.result != "incomplete" or record.ocr:
        return F.ARRIVED
    if record.attempts is not None and id_tries(call, record) > int(call.known_before.get("id_tries", 0)):
        return F.ARRIVED
    return F.ARRIVED if _changed_since(call, record) else F.ABSENT


def id_tries(call: Call, record: VendorSubmission) -> int:
    return len(record.attempts or ()) - (step2_tries(call.submission, record) or 0)


def _judge_step2(call: Call, record: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if record is None:
        return F.NOT_KNOWN
    if call.error == "already_processed":
        return F.NOT_KNOWN if record.result == "incomplete" else F.TURNED_AWAY
    tries = step2_tries(call.submission, record)
    if call.error == RESTORED and _has_more(call, record, tries):
        return _of_lost_past(call, held_selfie())
    if record.result in STEP2_ONLY:
        return F.ARRIVED
    if tries is None:
        return _without_attempts(call, record, held_selfie)
    before = int(call.known_before.get("tries", 0))
    if tries > before:
        return F.ARRIVED
    if tries < before:
        return F.NOT_KNOWN  # the list is shorter than in an earlier report
    return F.ABSENT if record.result == "incomplete" else F.TURNED_AWAY


def _has_more(call: Call, record: VendorSubmission, tries: int | None) -> bool:
    """Whether the record contains a try that the restored database does not count as processed."""
    return record.result in STEP2_ONLY or (tries or 0) > int(call.known_before.get("tries", 0))


def _of_lost_past(call: Call, held: str | None) -> Evidence:
    """Compare the selfie that the vendor keeps: a count does not distinguish this try from tries after the backup."""
    if held is None:
        return F.NOT_KNOWN
    return F.ARRIVED if call.attempt.selfie and held == call.attempt.selfie["sha256"] else F.UNTOLD


def _without_attempts(call: Call, record: VendorSubmission, held_selfie: Callable[[], str | None]) -> Evidence:
    """Compare the selfie that the vendor keeps; if unknown, look for a change that no earlier call explains."""
    timed_out = record.result == "rejected" and "timeout" in record.codes
    absent = F.TURNED_AWAY if timed_out else F.ABSENT
    if record.result == "rejected" and not timed_out:
        return F.ARRIVED
    held, selfie = held_selfie(), call.attempt.selfie
    if held is not None and selfie and held == selfie["sha256"]:
        return F.NOT_KNOWN if _is_older(call, record) else F.ARRIVED
    if held is not None and (held in _earlier_selfies(call) or (not held and not tries_processed(call.submission))):
        return absent
    if timed_out:
        return F.TURNED_AWAY
    moved = _changed_since(call, record)
    return F.NOT_KNOWN if moved is None else (F.ARRIVED if moved else absent)


def _is_older(call: Call, record: VendorSubmission) -> bool:
    """Whether this read is from before the call, so that its status is not the result of the call.

    Images are read separately and may lag less than the record.
    """
    is_recent = clock.vendor_now(call.submission.project) - left_at(call) < MAY_LAG
    return is_recent and _changed_since(call, record) is False


def _earlier_selfies(call: Call) -> set[str]:
    earlier = call.submission.attempts.filter(kind=CallKind.STEP2).exclude(pk=call.attempt_id)
    return {attempt.selfie["sha256"] for attempt in earlier if attempt.selfie}


def _changed_since(call: Call, record: VendorSubmission) -> bool | None:
    """Whether the record changed after this call was sent; None if an earlier call may have caused the change."""
    if record.updated_at is None:
        return None
    left = left_at(call)
    if record.updated_at < left - CLOCK_NOISE:
        return False
    before = call.submission.calls.exclude(pk=call.pk).exclude(ended_at=None).order_by("-ended_at").first()
    if before is None or before.ended_at is None or call.sent_at is None:
        return True
    return True if before.ended_at + 2 * CLOCK_NOISE < call.sent_at else None


def left_at(call: Call) -> datetime:
    """Return when the call was sent, by the vendor's clock."""
    moment: datetime = call.sent_at or call.prepared_at
    return moment + timedelta(seconds=call.submission.project.clock_offset)


def _judge_review(call: Call, record: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if record is None or record.result == "incomplete":
        return F.NOT_KNOWN
    return F.ABSENT if record.result == "pending" else F.ARRIVED


def _judge_delete(call: Call, record: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    """A missing or deleted record shows that the deletion arrived."""
    return F.ARRIVED if record is None or record.deleted else F.ABSENT


def _judge_image(call: Call, record: VendorSubmission | None, held_image: Callable[[], str | None]) -> Evidence:
    """Compare the image that the vendor keeps under this name with ours: the list alone may show an earlier one."""
    if record is None or record.deleted:
        return F.NOT_KNOWN
    [entry] = call.attempt.images
    listed = record.signals.images
    if listed is not None and entry["field"] not in listed:
        return F.ABSENT
    held = held_image()
    if held is None:
        return F.NOT_KNOWN
    return F.ARRIVED if held == entry["sha256"] else F.ABSENT


JUDGES: dict[CallKind, Callable[[Call, VendorSubmission | None, Callable[[], str | None]], Evidence]] = {
    CallKind.STEP1: _judge_step1,
    CallKind.STEP2: _judge_step2,
    CallKind.REVIEW: _judge_review,
    CallKind.DELETE: _judge_delete,
    CallKind.IMAGE: _judge_image,
}
