"""The two counts a call touches on its submission: selfies spent and the 24 hours. Written before a call leaves."""

from datetime import datetime

from django.db.models import F

from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Submission
from submissions.models.submission import MAX_TRIES
from submissions.outbox import evidence
from submissions.workflow.deadlines import RESULT_LIMIT

COUNTED = ["selfies_sent", "step1_started_at", "deadline_at"]
JUDGED = ["status", "vendor_id", "selfies_sent"]


def lock(submission: Submission) -> None:
    """Inside a transaction: what is counted or judged from here to its end, no other process changes meanwhile."""
    submission.refresh_from_db(fields=JUDGED, from_queryset=Submission.objects.select_for_update())


def count_start(call: Call, started: datetime | None = None) -> bool:
    """Count the try and start the clock before the call leaves: whatever crashes now, neither is forgotten.

    False for a Step 2 that found three counted: it was not, and one that has not left must not.
    """
    if call.kind == CallKind.STEP2:
        row = Submission.objects.filter(pk=call.submission_id, selfies_sent__lt=MAX_TRIES)
        counted = row.update(selfies_sent=F("selfies_sent") + 1)
        call.submission.selfies_sent += counted
        return bool(counted)
    if call.kind == CallKind.STEP1 and call.submission.step1_started_at is None:
        started = started or clock.vendor_now(call.submission.project)
        row = Submission.objects.filter(pk=call.submission_id)
        row.filter(step1_started_at=None).update(step1_started_at=started, deadline_at=started + RESULT_LIMIT)
        call.submission.refresh_from_db(fields=COUNTED)
    return True


def uncount_start(call: Call) -> None:
    """It provably never arrived, or the vendor refused it unprocessed: no try spent, no clock started by it.

    The count never falls below the tries that the vendor has processed: a call that was given up and had arrived after
    all may have taken the place of this one in it.
    """
    row = Submission.objects.filter(pk=call.submission_id)
    if call.kind == CallKind.STEP2:
        processed = evidence.tries_processed(call.submission)
        row.filter(selfies_sent__gt=processed).update(selfies_sent=F("selfies_sent") - 1)
    if call.kind == CallKind.STEP1 and not call.submission.vendor_id and not _other_may_have_arrived(call):
        row.update(step1_started_at=None, deadline_at=None)
    call.submission.refresh_from_db(fields=COUNTED)


def _other_may_have_arrived(call: Call) -> bool:
    others = call.submission.calls.filter(kind=CallKind.STEP1).exclude(pk=call.pk)
    return others.filter(state=CallState.ANSWERED).exists()
