"""What ARGOS's AML screening found about a customer, and the review that each hit opens. Customers never learn of it.

`aml.results` writes results, `aml.reviews` opens and decides reviews.
"""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from argos import limits
from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission import Submission


class AmlSource(models.TextChoices):
    RECORD = "record", _("ARGOS record")
    MONITORING = "monitoring", _("ARGOS monitoring")
    WEBHOOK = "webhook", _("reported by webhook, not confirmed by a read")


class AmlState(models.TextChoices):
    OPEN = "open", pgettext_lazy("AML review", "Open")
    SECOND = "second", pgettext_lazy("AML review", "Second review")
    DECIDED = "decided", pgettext_lazy("AML review", "Decided")


class AmlOutcome(models.TextChoices):
    TRUE_MATCH = "true_match", _("True match")
    FALSE_POSITIVE = "false_positive", _("False positive")
    UNCLEAR = "unclear", pgettext_lazy("AML review", "Unclear")


RISKS = {
    "low": pgettext_lazy("AML risk", "Low"),
    "medium": pgettext_lazy("AML risk", "Medium"),
    "high": pgettext_lazy("AML risk", "High"),
}
UNDECIDED = (AmlState.OPEN, AmlState.SECOND)


class AmlResult(models.Model):
    """The last result of one submission. `content`: memo and tags, which may name persons."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="aml_result")
    status = models.CharField(max_length=limits.CODE, blank=True)
    risk = models.CharField(max_length=limits.CODE, blank=True)
    open_count = models.PositiveSmallIntegerField(null=True)
    false_positive_count = models.PositiveSmallIntegerField(null=True)
    true_positive_count = models.PositiveSmallIntegerField(null=True)
    discarded_count = models.PositiveSmallIntegerField(null=True)
    content_sealed = EncryptedField(null=True)
    content = EncryptedJSON[dict[str, Any]]("content_sealed", "aml_result.content", dict, limits.check_texts)
    is_hit = models.BooleanField()
    source = models.CharField(max_length=10, choices=AmlSource)
    screened_at = models.DateTimeField(default=clock.now, help_text="when the first result came")
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index("submission", name="aml_result_hit", condition=Q(is_hit=True))]
        constraints = [models.CheckConstraint(condition=Q(source__in=AmlSource.values), name="aml_source_known")]

    def __str__(self) -> str:
        return f"AML result of {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def risk_label(self) -> Any:
        """Return the risk level in words; a level that ARGOS does not document as ARGOS wrote it."""
        return RISKS.get(self.risk.lower(), self.risk)

    @property
    def counts(self) -> list[tuple[Any, int]]:
        """(label, number) of the counts that ARGOS reported."""
        named = (
            (pgettext_lazy("AML matches", "Open"), self.open_count),
            (pgettext_lazy("AML matches", "True positive"), self.true_positive_count),
            (pgettext_lazy("AML matches", "False positive"), self.false_positive_count),
            (pgettext_lazy("AML matches", "Discarded"), self.discarded_count),
        )
        return [(label, number) for label, number in named if number is not None]


class AmlReviewQuerySet(models.QuerySet["AmlReview"]):
    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def waiting(self) -> Self:
        """Return the undecided reviews that can still be decided: of an erased submission nothing can be read."""
        return self.undecided().filter(submission__erased_at=None)


class AmlReview(models.Model):
    """The question whether a hit is this customer. `seen_result_at`: the result that the verdicts are about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="aml_reviews")
    state = models.CharField(max_length=8, choices=AmlState, default=AmlState.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    target_at = models.DateTimeField()
    assigned_to = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=14, choices=AmlOutcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    seen_result_at = models.DateTimeField(default=clock.now)
    is_reminded = models.BooleanField(default=False)

    objects: ClassVar[Any] = AmlReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["opened_at"]
        indexes = [
            models.Index("target_at", "id", name="aml_review_queue", condition=Q(state__in=UNDECIDED)),
            models.Index(F("decided_at").desc(), name="aml_review_decided", condition=Q(decided_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(state__in=UNDECIDED), name="aml_review_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=AmlState.DECIDED, decided_at__isnull=False, outcome__in=AmlOutcome.values)
                | Q(state__in=UNDECIDED, decided_at=None, outcome=""),
                name="aml_review_outcome_iff_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"AML review of {self.submission_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in UNDECIDED

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.target_at < clock.now()


class AmlVerdict(models.Model):
    """One reviewer's verdict. It counts while `withdrawn_at` is empty: a later result of ARGOS withdraws it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(AmlReview, models.CASCADE, related_name="verdicts")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=14, choices=AmlOutcome)
    reason_sealed = EncryptedField(null=True)
    reason = EncryptedJSON[str]("reason_sealed", "aml_verdict.reason", str)
    at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at"]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=AmlOutcome.values), name="aml_outcome_known")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()
