"""The two counts of a submission that a call changes before it is sent: selfies used and the start of the 24 hours."""

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
    """Lock the submission until the transaction ends, so that no other process changes its counts."""
    submission.refresh_from_db(fields=JUDGED, from_queryset=Submission.objects.select_for_update())


def count_start(call: Call, started: datetime | None = None) -> bool:
    """Count the try and start the clock before the call is sent, so that a crash loses neither.

    Return False for a Step 2 if three tries are counted already: it is not counted and must not be sent.
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
    """Undo the count of a call that provably never arrived, or that the vendor refused without processing.

    The count never falls below the tries that the vendor has processed: it may include a call that was given up and
    arrived after all.
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
