"""Quality checks of decisions of last week, drawn by the nightly task."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from submissions.models import Project, QualityCheck, Submission, User, Verdict
from submissions.quality import assigning, checks, sampling
from tests.factories import by, decided_by, make_project, reload


def last_week(submission: Submission, day: int = 2) -> Submission:
    """Set the decision back to a day of last week."""
    monday = datetime.combine(sampling.last_week(), time(12), timezone.get_default_timezone())
    Submission.objects.filter(pk=submission.pk).update(decided_at=monday + timedelta(days=day))
    return reload(submission)


def checking_project(**fields: object) -> Project:
    return make_project(quality_share=100, **fields)


def draw() -> list[QualityCheck]:
    sampling.draw_due()
    assigning.assign_open()
    rows = QualityCheck.objects.select_related("submission__project", "officer", "assigned_to")
    return list(rows)


def drawn_check(decider: User, verdict: Verdict = Verdict.APPROVED, project: Project | None = None) -> QualityCheck:
    """Return the check of one decision, assigned to another reviewer, who must exist."""
    submission = last_week(decided_by(decider, verdict, project or checking_project()))
    return next(check for check in draw() if check.submission == submission)


def disagreed(decider: User) -> QualityCheck:
    """Return a check of an approval that the second officer would have rejected."""
    check = drawn_check(decider)
    assert check.assigned_to is not None
    rejection = {"reason_code": "own_policy", "comment": "Another face."}
    checks.record(check, Verdict.REJECTED, by=by(check.assigned_to), **rejection)
    return check
