"""Which quality checks a user sees and does, and how the second verdict is recorded. ARGOS learns nothing of it."""

import uuid

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import QualityCheck, Submission, User, Verdict
from submissions.models.quality import QualityCheckQuerySet
from submissions.review.decisions import CommentMissing
from submissions.workflow import review_area
from submissions.workflow.permissions import NotAllowed, check_can
from submissions.workflow.role_permissions import is_manager
from submissions.workflow.transitions import StaleSubmission


def visible_checks(user: User) -> QualityCheckQuerySet:
    """Return the checks that the user may know of: officers their own and the findings about their decisions."""
    rows: QualityCheckQuerySet = QualityCheck.objects.filter(review_area.condition(user, "submission__"))
    own = Q(assigned_to=user) | Q(officer=user, is_agreed=False)
    return rows if is_manager(user) else rows.filter(own)


def to_do(user: User) -> QualityCheckQuerySet:
    """Return the checks that wait for this person."""
    return visible_checks(user).open().filter(assigned_to=user)


def check_for(user: User, pk: uuid.UUID) -> QualityCheck:
    """Return the check with its submission.

    Raises:
        Http404: it does not exist, or the user may not know of it.
    """
    joined = ("officer", "assigned_to", "closed_by")
    of_submission = ("project__histogram", "team", "decided_by", "vendor_report", "aml_result")
    rows = visible_checks(user).select_related(*joined, *(f"submission__{name}" for name in of_submission))
    check: QualityCheck | None = rows.filter(pk=pk).first()
    if check is None:
        raise Http404
    return check


def is_to_do(user: User, submission_id: uuid.UUID) -> bool:
    """Return whether the user has an open check of the submission, and so sees its images."""
    return user.is_reviewer and QualityCheck.objects.open().filter(assigned_to=user, submission=submission_id).exists()


def check_may_judge(user: User, check: QualityCheck) -> None:
    """Raise NotAllowed unless the check is open and this person's."""
    if check.assigned_to_id != user.pk:
        raise NotAllowed(_("This quality check is assigned to another person."))
    check_can(user, check.submission, "check_quality")


def record(check: QualityCheck, verdict: Verdict, *, by: Actor, reason_code: str = "", comment: str = "") -> None:
    """Record the second verdict. Another verdict than the decision makes the check a finding.

    Raises:
        NotAllowed, CommentMissing
        StaleSubmission: the check was recorded or given to another person.
    """
    assert by.user is not None
    check_may_judge(by.user, check)
    if verdict == Verdict.REJECTED and not (comment.strip() and reason_code):
        raise CommentMissing
    check.verdict, check.reason_code = verdict, reason_code if verdict == Verdict.REJECTED else ""
    check.comment, check.checked_at = comment.strip(), clock.now()
    check.is_agreed = verdict == check.expected_verdict
    names = ("verdict", "reason_code", "comment_sealed", "checked_at", "is_agreed")
    with transaction.atomic():
        lock(check.submission)
        rows = QualityCheck.objects.filter(pk=check.pk, checked_at=None, assigned_to=by.user)
        if not rows.update(**{name: getattr(check, name) for name in names}):
            raise StaleSubmission(check.submission.reference)
        fields = {"verdict": check.verdict, "reason": check.reason_code, "is_agreed": check.is_agreed}
        events.record("quality_checked", by=by, submission=check.submission, fields=fields)


def lock(submission: Submission) -> None:
    """Lock the row, so that no text is written after an erasure.

    Raises:
        StaleSubmission: it is erased.
    """
    rows = Submission.objects.select_for_update(no_key=True).filter(pk=submission.pk, erased_at=None)
    if not rows.exists():
        raise StaleSubmission(submission.reference)
