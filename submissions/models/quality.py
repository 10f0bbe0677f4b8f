"""Quality checks: decided submissions that another officer judges again without seeing the decision."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.decision import Verdict
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission


class QualitySample(models.Model):
    """The sample of one project and week. Week, share and seed suffice to draw it again."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    week = models.DateField(help_text="its Monday")
    share = models.PositiveSmallIntegerField(help_text="percent")
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField(help_text="decisions of the week")
    drawn_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["project", "week"], name="quality_sample_once")
        ]

    def __str__(self) -> str:
        return f"sample of {self.week}"


class GoldenCase(models.Model):
    """A decided submission with the correct decision, by which the officers' checks are measured."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="golden_case")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason_code = models.CharField(max_length=60, blank=True)
    marked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="golden_case_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"golden case {self.submission_id}"


class FindingAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Accept the finding")
    EXPLAINED = "explained", _("Explain the decision")


class QualityCheckQuerySet(models.QuerySet["QualityCheck"]):
    def standing(self) -> Self:
        """Leave out what nobody can judge or answer any more: the data was erased."""
        return self.filter(submission__erased_at=None)

    def sampled(self) -> Self:
        """Return the checks of officers' decisions, without golden cases."""
        return self.filter(golden_case=None)

    def golden(self) -> Self:
        return self.filter(golden_case__isnull=False)

    def open(self) -> Self:
        return self.standing().filter(checked_at=None)

    def findings(self) -> Self:
        return self.standing().filter(is_agreed=False, closed_at=None)

    def to_answer(self) -> Self:
        return self.findings().filter(answered_at=None)

    def to_close(self) -> Self:
        """Return the findings that a manager closes: answered, or of an officer who cannot answer any more."""
        return self.findings().filter(Q(answered_at__isnull=False) | Q(officer__is_active=False))


class QualityCheck(models.Model):
    """One decision that is judged again. A check with another verdict than the expected one is a finding.

    `officer`: whose work is measured: who decided, or who checks a golden case. `expected_verdict` and
    `expected_reason`: the decision, or the correct one of a golden case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="quality_checks")
    sample = models.ForeignKey(QualitySample, models.PROTECT, null=True, related_name="checks")
    golden_case = models.ForeignKey(GoldenCase, models.PROTECT, null=True, related_name="checks")
    officer = models.ForeignKey(User, models.PROTECT, related_name="+")
    expected_verdict = models.CharField(max_length=10, choices=Verdict)
    expected_reason = models.CharField(max_length=60, blank=True)
    drawn_at = models.DateTimeField(default=clock.now)
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    reason_code = models.CharField(max_length=60, blank=True)
    comment_sealed = EncryptedField(null=True)
    comment = EncryptedJSON[str]("comment_sealed", "quality_check.comment", str)
    checked_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    answer = models.CharField(max_length=10, choices=FindingAnswer, blank=True)
    answer_text_sealed = EncryptedField(null=True)
    answer_text = EncryptedJSON[str]("answer_text_sealed", "quality_check.answer_text", str)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = QualityCheckQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["drawn_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("assigned_to", name="quality_check_open", condition=Q(checked_at=None)),
            models.Index("officer", name="quality_finding_open", condition=Q(is_agreed=False, closed_at=None)),
            models.Index("checked_at", name="quality_check_done", condition=Q(checked_at__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(sample__isnull=False), name="quality_check_once_in_samples"
            ),
            models.UniqueConstraint(
                fields=["golden_case", "assigned_to"],
                condition=Q(golden_case__isnull=False),
                name="quality_check_golden_once_per_officer",
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, verdict="", is_agreed=None)
                | Q(
                    checked_at__isnull=False,
                    verdict__in=Verdict.values,
                    is_agreed__isnull=False,
                    assigned_to__isnull=False,
                ),
                name="quality_check_verdict_iff_checked",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | Q(answered_at__isnull=False, answer__in=FindingAnswer.values, is_agreed=False),
                name="quality_finding_answer_pair",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False, is_agreed=False),
                name="quality_finding_closed_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"quality check of {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def number(self) -> str:
        """Return a short name of the check, which says nothing about the submission."""
        return str(self.pk)[:8].upper()

    @property
    def is_finding(self) -> bool:
        return self.is_agreed is False

    @property
    def has_other_reason(self) -> bool:
        """Whether both rejected, for different reasons."""
        return self.is_agreed is True and self.reason_code != self.expected_reason
