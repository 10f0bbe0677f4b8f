"""What ARGOS reports beside its status: one encrypted report, and a row for each check that it skipped."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from argos import limits
from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.submission import Submission


class VendorReport(models.Model):
    """The signals of the last record read, as `signals.store` writes them; absent ones have no key."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="vendor_report")
    content_sealed = EncryptedField(null=True)
    content = EncryptedJSON[dict[str, Any]]("content_sealed", "vendor_report.content", dict, limits.check_texts)
    updated_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"report on {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()


class SkippedCheckQuerySet(models.QuerySet["SkippedCheck"]):
    def named(self) -> Self:
        """Annotate `name`: the code, or the engine or input where ARGOS gives no code."""
        first = (NullIf(F(column), Value("")) for column in ("code", "engine"))
        return self.annotate(name=Coalesce(*first, F("input")))

    def of_name(self, name: str) -> Self:
        named: Any = self.named()
        rows: Self = named.filter(name=name)
        return rows

    def offered(self, *nothing: models.Expression) -> "models.QuerySet[Any, Any]":
        """Return each name once, behind columns of `nothing`: part of a union of what a list's filters offer."""
        return self.named().order_by().values_list(*nothing, "name").distinct()


class SkippedCheck(models.Model):
    """A check that ARGOS skipped, so that the submission went on without it. Codes only: lists and reports count them.

    A row stays when a later record does not list it any more: the decision may have been made with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="skipped_checks")
    code = models.CharField(max_length=limits.CODE, blank=True)
    input = models.CharField(max_length=limits.CODE, blank=True)
    engine = models.CharField(max_length=limits.CODE, blank=True)
    occurred_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[SkippedCheckQuerySet] = SkippedCheckQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["occurred_at", "code"]
        indexes = [models.Index("code", "submission", name="skipped_check_code")]
        constraints = [
            models.UniqueConstraint(fields=["submission", "code", "input", "engine"], name="skipped_check_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.submission_id}"
