"""Record whether a suspicious transaction report was considered. Nothing is reported to an authority from here."""

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core.typed_reason import ReasonMissing, is_reason
from submissions.models import ReportConsideration, Submission
from submissions.models.report_consideration import NOT_ACCEPTED
from submissions.workflow.permissions import check_can
from submissions.workflow.transitions import StaleSubmission


def is_due(submission: Submission) -> bool:
    """Return whether a consideration can be recorded: the customer was not accepted."""
    return submission.status in NOT_ACCEPTED


def of(submission: Submission) -> list[ReportConsideration]:
    """Return the considerations of a submission, the latest first."""
    rows = list(ReportConsideration.objects.filter(submission=submission).select_related("considered_by"))
    for row in rows:
        row.submission = submission
    return rows


def consider(submission: Submission, *, by: Actor, is_reported: bool, reason: str, reference: str = "") -> None:
    """Record a consideration. A later one replaces it and keeps it as history; the same one twice is one.

    The event does not contain the result, because events are copied to other systems.

    Raises:
        NotAllowed, ReasonMissing
        StaleSubmission: the submission is neither rejected nor abandoned.
    """
    assert by.user is not None
    check_can(by.user, submission, "consider_report")
    if not is_reason(reason):
        raise ReasonMissing
    with transaction.atomic():
        submission.refresh_from_db(
            fields=["status", "erased_at"], from_queryset=Submission.objects.select_for_update(no_key=True)
        )
        if not is_due(submission) or submission.erased_at:
            raise StaleSubmission(submission.reference)
        row = ReportConsideration(submission=submission, is_reported=is_reported, considered_by=by.user)
        row.reason, row.reference = reason.strip(), reference.strip()
        if _said(row) in [_said(earlier) for earlier in of(submission)[:1]]:
            return
        row.save(force_insert=True)
        events.record("aml_report_considered", by=by, submission=submission)


def _said(row: ReportConsideration) -> tuple[bool, str, str, int]:
    return row.is_reported, row.reason, row.reference, row.considered_by_id
