"""Does the vendor's record show that an unknown call arrived? One judgement for each kind of call; it moves nothing.

What is compared: the Step 2 attempts the vendor lists against those our ledger holds as processed, its status, and,
where it lists no attempts, which selfie it keeps and when the record changed. A read that is older than what the vendor
has told us already proves nothing.
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
# Reads may lag. One that is older than the vendor's own last word is passed over for so long; after that we take it
# that the vendor does not keep `updated_at` as we think.
MAY_LAG = timedelta(minutes=30)
KNOWN = ("incomplete", "pending", "approved", "rejected")
STEP2_ONLY = ("pending", "approved")
ARRIVED_AS = ("adopted", "found")
RESTORED = "restored"  # the error of a call that a restored database held as open


class Evidence(Enum):
    ARRIVED = "the record shows it"
    ABSENT = "the record does not show it (yet)"
    TURNED_AWAY = "the vendor did not process it, and never will: the record has gone further without it"
    NOT_KNOWN = "this read proves nothing"
    UNTOLD = "the record shows tries of a lost past, and nothing tells whether this call was one of them"


F = Evidence


def is_behind(submission: Submission, found: VendorSubmission) -> bool:
    """Whether this read is older than what the vendor told us before it."""
    told = submission.vendor_updated_at
    if told is None or found.updated_at is None or found.updated_at >= told:
        return False
    return clock.vendor_now(submission.project) - told < MAY_LAG


def step2_tries(submission: Submission, found: VendorSubmission) -> int | None:
    """How many Step 2 attempts the vendor lists; None when it lists none at all. Refused ID images do not count."""
    if found.attempts is None:
        return None
    step1_codes = _step1_codes(submission)
    return sum(not _is_step1(attempt, step1_codes) for attempt in found.attempts)


def _step1_codes(submission: Submission) -> set[str]:
    """The documented ones, and those that our own Step 1 replies brought: the vendor's list is open-ended."""
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
    """All of them in one read: they are few."""
    ended = Call.objects.filter(submission=submission, state__in=(CallState.ANSWERED, CallState.SETTLED))
    return [_Ended(*row) for row in ended.order_by().values_list(*_Ended._fields)]


def _is_step1(attempt: VendorAttempt, codes: set[str]) -> bool:
    told = set(attempt.retry_codes)
    return bool(told) and told <= codes


def tries_processed(submission: Submission) -> int:
    """How many Step 2 calls our ledger holds as processed by the vendor."""
    return sum(ended.was_try for ended in _ended(submission))


def known_before(call: Call) -> dict[str, int]:
    """What a later read is compared with; written when the call leaves."""
    ended = _ended(call.submission)
    return {"tries": sum(one.was_try for one in ended), "id_tries": sum(one.turned_id_down for one in ended)}


def submissions_in_doubt() -> "QuerySet[Call, Any]":
    """Ids of submissions with a step that left and has not ended: the deadline waits for its settling."""
    steps = Call.objects.filter(kind__in=(CallKind.STEP1, CallKind.STEP2))
    rows: QuerySet[Call, Any] = steps.filter(state__in=(CallState.SENT, CallState.UNKNOWN))
    return rows.values("submission_id")


def judge(call: Call, found: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    """What this read says about the call.

    Args:
        held_selfie: asks for the SHA-256 of the selfie the vendor holds; "" when it holds none, None when not known.
    """
    if found is not None and call.submission.vendor_id:
        if is_behind(call.submission, found):
            return F.NOT_KNOWN
        if found.result not in KNOWN and not found.deleted:
            return F.NOT_KNOWN
    return JUDGES[CallKind(call.kind)](call, found, held_selfie)


def _judge_step1(call: Call, found: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if not call.submission.vendor_id:
        return F.ARRIVED if found else F.ABSENT
    if found is None:
        return F.NOT_KNOWN
    if call.error == "already_processed" or found.result != "incomplete" or found.ocr:
        return F.ARRIVED
    if found.attempts is not None and id_tries(call, found) > int(call.known_before.get("id_tries", 0)):
        return F.ARRIVED
    return F.ARRIVED if _changed_since(call, found) else F.ABSENT


def id_tries(call: Call, found: VendorSubmission) -> int:
    return len(found.attempts or ()) - (step2_tries(call.submission, found) or 0)


def _judge_step2(call: Call, found: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if found is None:
        return F.NOT_KNOWN
    if call.error == "already_processed":
        return F.NOT_KNOWN if found.result == "incomplete" else F.TURNED_AWAY
    tries = step2_tries(call.submission, found)
    if call.error == RESTORED and _has_more(call, found, tries):
        return _of_lost_past(call, held_selfie())
    if found.result in STEP2_ONLY:
        return F.ARRIVED
    if tries is None:
        return _without_attempts(call, found, held_selfie)
    before = int(call.known_before.get("tries", 0))
    if tries > before:
        return F.ARRIVED
    if tries < before:
        return F.NOT_KNOWN  # it lists fewer than it has told us
    return F.ABSENT if found.result == "incomplete" else F.TURNED_AWAY


def _has_more(call: Call, found: VendorSubmission, tries: int | None) -> bool:
    """Whether the record tells of a try that the restored database does not hold as processed."""
    return found.result in STEP2_ONLY or (tries or 0) > int(call.known_before.get("tries", 0))


def _of_lost_past(call: Call, held: str | None) -> Evidence:
    """A count cannot tell this try from those that were pressed after the dump; the selfie the vendor keeps can."""
    if held is None:
        return F.NOT_KNOWN
    return F.ARRIVED if call.attempt.selfie and held == call.attempt.selfie["sha256"] else F.UNTOLD


def _without_attempts(call: Call, found: VendorSubmission, held_selfie: Callable[[], str | None]) -> Evidence:
    """The selfie the vendor keeps says it; where that is not told, only a change that no earlier call can have made."""
    timed_out = found.result == "rejected" and "timeout" in found.codes
    absent = F.TURNED_AWAY if timed_out else F.ABSENT
    if found.result == "rejected" and not timed_out:
        return F.ARRIVED
    held, selfie = held_selfie(), call.attempt.selfie
    if held is not None and selfie and held == selfie["sha256"]:
        return F.ARRIVED
    if held is not None and (held in _earlier_selfies(call) or (not held and not tries_processed(call.submission))):
        return absent
    if timed_out:
        return F.TURNED_AWAY
    moved = _changed_since(call, found)
    return F.NOT_KNOWN if moved is None else (F.ARRIVED if moved else absent)


def _earlier_selfies(call: Call) -> set[str]:
    earlier = call.submission.attempts.filter(kind=CallKind.STEP2).exclude(pk=call.attempt_id)
    return {attempt.selfie["sha256"] for attempt in earlier if attempt.selfie}


def _changed_since(call: Call, found: VendorSubmission) -> bool | None:
    """Whether the record changed after this call left; None when an earlier call may have made the change."""
    if found.updated_at is None:
        return None
    left = left_at(call)
    if found.updated_at < left - CLOCK_NOISE:
        return False
    before = call.submission.calls.exclude(pk=call.pk).exclude(ended_at=None).order_by("-ended_at").first()
    if before is None or before.ended_at is None or call.sent_at is None:
        return True
    return True if before.ended_at + 2 * CLOCK_NOISE < call.sent_at else None


def left_at(call: Call) -> datetime:
    """When it left, by the vendor's clock."""
    moment: datetime = call.sent_at or call.prepared_at
    return moment + timedelta(seconds=call.submission.project.clock_offset)


def _judge_review(call: Call, found: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    if found is None or found.result == "incomplete":
        return F.NOT_KNOWN
    return F.ABSENT if found.result == "pending" else F.ARRIVED


def _judge_delete(call: Call, found: VendorSubmission | None, held_selfie: Callable[[], str | None]) -> Evidence:
    """Nothing there is what the deletion wanted."""
    return F.ARRIVED if found is None or found.deleted else F.ABSENT


JUDGES: dict[CallKind, Callable[[Call, VendorSubmission | None, Callable[[], str | None]], Evidence]] = {
    CallKind.STEP1: _judge_step1,
    CallKind.STEP2: _judge_step2,
    CallKind.REVIEW: _judge_review,
    CallKind.DELETE: _judge_delete,
}
