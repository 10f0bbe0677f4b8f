"""Whether a suspicious transaction report was considered for a customer who was not accepted, and with which result.

Regulation (EU) 2024/1624, Art. 21, and 특정금융정보법 제5조의2 oblige the company to consider one. Disclosing it is
forbidden, so agents, customers and programs never learn of it.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission import Status, Submission

NOT_ACCEPTED = (Status.REJECTED, Status.ABANDONED)


class ReportConsideration(models.Model):
    """One recorded consideration; the latest of a submission counts, and the earlier ones are its history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="report_considerations")
    is_reported = models.BooleanField()
    reason_sealed = EncryptedField(null=True)
    reason = EncryptedJSON[str]("reason_sealed", "report_consideration.reason", str)
    reference_sealed = EncryptedField(null=True)
    reference = EncryptedJSON[str]("reference_sealed", "report_consideration.reference", str)
    considered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    considered_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-considered_at", "-id"]

    def __str__(self) -> str:
        return f"report considered for {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()


def considered() -> Q:
    return Q(Exists(ReportConsideration.objects.filter(submission=OuterRef("pk"))))


def not_considered() -> Q:
    """Return the condition of the submissions whose project requires a consideration that nobody has recorded."""
    required = Q(status__in=NOT_ACCEPTED, erased_at=None, project__requires_report_consideration=True)
    return required & ~considered()
