"""A reviewer's verdict, and the notes people leave each other."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.call import Call, CallState
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission import DECIDED, Source, Submission

UNDO_SECONDS = 10
UNDONE = "undone"
OVERTAKEN = ("vendor_decided_otherwise", "decided_earlier")


class Verdict(models.TextChoices):
    APPROVED = "approved", _("Approve")
    REJECTED = "rejected", _("Reject")


class Decision(models.Model):
    """One verdict. It counts while `withdrawn_at` is empty (undo, or the vendor refused it)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason_code = models.CharField(max_length=60, blank=True)
    comment_sealed = EncryptedField(null=True)
    comment = EncryptedJSON[str]("comment_sealed", "decision.comment", str)
    corrections_sealed = EncryptedField(null=True)
    corrections = EncryptedJSON[dict[str, str]]("corrections_sealed", "decision.corrections", dict)
    warnings = models.JSONField(default=list, help_text="codes ticked off before approving")
    warning_reason_sealed = EncryptedField(null=True)
    warning_reason = EncryptedJSON[str]("warning_reason_sealed", "decision.warning_reason", str)
    round = models.PositiveSmallIntegerField(default=1)
    call = models.ForeignKey(Call, models.SET_NULL, null=True)
    decided_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["decided_at"]
        indexes = [
            # Asked for with every page: is there a verdict of this person that can still be taken back?
            models.Index(
                "reviewer", F("decided_at").desc(), name="decision_of_reviewer", condition=Q(withdrawn_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="decision_verdict_known"),
            models.UniqueConstraint(
                fields=["submission", "round"],
                condition=Q(withdrawn_at=None),
                name="decision_one_per_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def is_overtaken(self) -> bool:
        """Whether the submission was decided otherwise than by this verdict, and not because its giver took it back."""
        if self.withdrawn_why in OVERTAKEN:
            return True
        is_decided = self.submission.status in DECIDED
        return is_decided and self.submission.source != Source.REVIEWER and self.withdrawn_why != UNDONE

    @property
    def can_come_back(self) -> bool:
        """Whether its giver can take it back if nobody speaks after it: until its call leaves, or for ten seconds."""
        if self.call is not None:
            return bool(self.call.state == CallState.PREPARED)
        return self.decided_at >= clock.now() - timedelta(seconds=UNDO_SECONDS)


class Note(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, null=True)
    is_question = models.BooleanField(default=False, help_text="asks the capturing agent")
    text_sealed = EncryptedField(null=True)
    text = EncryptedJSON[str]("text_sealed", "note.text", str)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]

    def __str__(self) -> str:
        return f"note on {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()
