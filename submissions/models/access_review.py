"""A manager's signature under one month's report of who looked at whom."""

import uuid
from typing import ClassVar

from django.db import models

from submissions.core import clock, encryption
from submissions.models.people import User


class AccessReview(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField(unique=True, help_text="its first day")
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the figures as they were signed")
    seal_number = models.BigIntegerField(help_text="the newest seal over the events at that time")
    remark_sealed = models.BinaryField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-month"]

    def __str__(self) -> str:
        return f"access review of {self.month:%Y-%m}"

    @classmethod
    def label_of(cls, pk: uuid.UUID) -> str:
        return f"access_review.remark:{pk}"

    @property
    def remark(self) -> str:
        return encryption.unwrap(self.label_of(self.pk), bytes(self.remark_sealed)).decode()

    @remark.setter
    def remark(self, value: str) -> None:
        self.remark_sealed = encryption.wrap(self.label_of(self.pk), value.encode())
