"""Golden cases: managers mark decided submissions with the correct decision, and officers check them like others."""

from django.db import transaction
from django.db.models import Max

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows
from submissions.models import GoldenCase, Project, QualityCheck, Role, Submission, User, Verdict
from submissions.quality.checks import lock
from submissions.workflow.permissions import can, check_can


def case_of(submission: Submission) -> GoldenCase | None:
    """Return the golden case of the submission unless it was withdrawn."""
    return GoldenCase.objects.filter(submission=submission, withdrawn_at=None).select_related("marked_by").first()


def mark(submission: Submission, verdict: Verdict, *, by: Actor, reason_code: str = "") -> None:
    """Make the submission a golden case, or change its correct decision; recorded checks keep the earlier one.

    Raises:
        NotAllowed
        StaleSubmission: it is erased.
    """
    assert by.user is not None
    check_can(by.user, submission, "mark_golden")
    reason = reason_code if verdict == Verdict.REJECTED else ""
    columns = {"verdict": verdict, "reason_code": reason, "marked_by": by.user, "marked_at": clock.now()}
    with transaction.atomic():
        lock(submission)
        case, _is_new = GoldenCase.objects.update_or_create(
            submission=submission, defaults={**columns, "withdrawn_at": None}
        )
        case.checks.filter(checked_at=None).update(expected_verdict=verdict, expected_reason=reason)
        events.record(
            "quality_case_marked", by=by, submission=submission, fields={"verdict": verdict, "reason": reason}
        )


def withdraw(submission: Submission, *, by: Actor) -> None:
    """End the golden case; nobody checks it any more, and recorded checks stay."""
    assert by.user is not None
    check_can(by.user, submission, "mark_golden")
    with transaction.atomic():
        cases = GoldenCase.objects.filter(submission=submission, withdrawn_at=None)
        if cases.update(withdrawn_at=clock.now()):
            QualityCheck.objects.filter(golden_case__submission=submission, checked_at=None).delete()
            events.record("quality_case_withdrawn", by=by, submission=submission)


def mix_in() -> int:
    """Give each officer one golden case per so many checks of a project; return how many were given."""
    QualityCheck.objects.golden().filter(checked_at=None, assigned_to__is_active=False).delete()
    officers = list(User.objects.filter(is_active=True, role=Role.OFFICER).order_by("pk"))
    pairs = [(project, user) for project in Project.objects.filter(golden_every__gt=0) for user in officers]
    return isolated_rows.each(pairs, lambda pair: _give_next(*pair), "a golden case")


def _give_next(project: Project, officer: User) -> bool:
    """Give the officer the oldest case that they never had, if enough checks came since the last one."""
    checks = QualityCheck.objects.filter(submission__project=project, assigned_to=officer)
    sampled = checks.sampled()
    if sampled.count() // project.golden_every <= checks.golden().count():
        return False
    cases = GoldenCase.objects.filter(submission__project=project, submission__erased_at=None, withdrawn_at=None)
    seen = QualityCheck.objects.filter(assigned_to=officer).values("submission")
    fresh = cases.exclude(submission__in=seen).select_related("submission__project").order_by("marked_at", "pk")
    case = next((case for case in fresh if can(officer, case.submission, "check_quality")), None)
    if case is None:
        return False
    with transaction.atomic():
        QualityCheck.objects.create(
            submission=case.submission,
            golden_case=case,
            officer=officer,
            expected_verdict=case.verdict,
            expected_reason=case.reason_code,
            assigned_to=officer,
            drawn_at=sampled.aggregate(at=Max("drawn_at"))["at"],  # as the others, so that it looks the same
        )
        events.record("quality_check_assigned", by=SYSTEM, submission=case.submission, fields={"to": officer.username})
    return True
