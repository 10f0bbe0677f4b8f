"""What a reviewer asks the agents who captured a submission, and the answer. The status stays; the clocks run."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.image import Image
from submissions.models.people import User
from submissions.models.submission import Submission


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> Self:
        return self.filter(answered_at=None)

    def unread(self) -> Self:
        """Answered, and not yet seen by a reviewer who holds the submission."""
        return self.filter(answered_at__isnull=False, seen_at=None)


class Question(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    text_sealed = EncryptedField(null=True)
    text = EncryptedJSON[str]("text_sealed", "question.text", str)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer_sealed = EncryptedField(null=True)
    answer = EncryptedJSON[str]("answer_sealed", "question.answer", str)
    image = models.ForeignKey(Image, models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at"]
        indexes = [
            models.Index("submission", name="question_unread", condition=Q(answered_at__isnull=False, seen_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=Q(answered_at=None), name="question_one_open"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="question_answer_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"question on {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()
