"""Does the vendor's record show that an unknown call arrived? One judgement for each kind of call."""

from collections.abc import Callable
from datetime import datetime, timedelta

from argos.replies import VendorSubmission
from submissions.models import Call, CallKind

CLOCK_STEP = timedelta(seconds=1)


def _has_step1(call: Call, found: VendorSubmission) -> bool:
    if not call.submission.vendor_id:
        return True
    return _has_moved(call, found) or bool(found.ocr)


def _has_moved(call: Call, found: VendorSubmission) -> bool:
    """More attempts than before, or another status; without an attempt list, a change since the call left."""
    if found.result not in (None, "", "incomplete"):
        return True
    before = call.known_before.get("attempts")
    if found.attempts is not None and before is not None:
        return len(found.attempts) > int(before)
    return found.updated_at is not None and found.updated_at >= _left_at(call) - CLOCK_STEP


def _left_at(call: Call) -> datetime:
    assert call.sent_at is not None
    return call.sent_at + timedelta(seconds=call.submission.project.clock_offset)


def _has_review(call: Call, found: VendorSubmission) -> bool:
    return found.result in ("approved", "rejected")


def _is_deleted(call: Call, found: VendorSubmission) -> bool:
    return found.deleted


HAS_IT: dict[CallKind, Callable[[Call, VendorSubmission], bool]] = {
    CallKind.STEP1: _has_step1,
    CallKind.STEP2: _has_moved,
    CallKind.REVIEW: _has_review,
    CallKind.DELETE: _is_deleted,
}
