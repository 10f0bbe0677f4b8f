"""A link with which the customer does the whole capture on a phone. Only the hash of its token is stored."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from argos import limits
from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission import FINAL, Status, Submission


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self) -> Self:
        """Not revoked; at most one for each submission. It may have expired."""
        return self.filter(revoked_at=None)

    def open(self, moment: datetime) -> Self:
        """Standing, not expired, and of a submission without a final status and within its 24-hour limit."""
        in_time = Q(submission__deadline_at=None) | Q(submission__deadline_at__gt=moment)
        rows = self.standing().filter(in_time, expires_at__gt=moment)
        return rows.exclude(submission__status__in=(*FINAL, Status.AT_LIVEFORM))


class Invitation(models.Model):
    """`device_hash`: of the secret in the cookie of the phone that started it; "" until then.

    `entered`: the values that were entered with this link; the page shows no other stored value.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    device_hash = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True, default="")  # of its pages in a browser without a choice
    step = models.CharField(max_length=10, blank=True, default="", help_text="where the customer is")
    active_at = models.DateTimeField(null=True)
    has_no_back = models.BooleanField(default=False, help_text="the customer's ID has nothing on its back")
    entered_sealed = EncryptedField(null=True)
    entered = EncryptedJSON[dict[str, str]]("entered_sealed", "invitation.entered", dict, limits.check_fields)
    entered_at = models.DateTimeField(null=True)
    entered_moves = models.PositiveIntegerField(null=True, help_text="of the submission when values were entered")
    submitted_at = models.DateTimeField(null=True, help_text="empty again after a change")
    stopped = models.CharField(max_length=40, blank=True, default="", help_text="why nothing was sent automatically")

    help_at = models.DateTimeField(null=True)
    help_step = models.CharField(max_length=10, blank=True, default="")
    help_text_sealed = EncryptedField(null=True)
    help_text = EncryptedJSON[str]("help_text_sealed", "invitation.help_text", str)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(revoked_at=None), name="invitation_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(device_hash="", opened_at=None) | ~Q(device_hash="") & Q(opened_at__isnull=False),
                name="invitation_device_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation for {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def ends_at(self) -> datetime:
        """Return when it expires: after its hours, or with the submission's own limit."""
        deadline = self.submission.deadline_at
        return min(self.expires_at, deadline) if deadline else self.expires_at

    @property
    def is_standing(self) -> bool:
        """Whether it is neither revoked nor expired; the submission may have a final status."""
        return self.revoked_at is None and self.ends_at > clock.now()

    @property
    def is_open(self) -> bool:
        """Whether the customer can still hand something over."""
        return self.is_standing and self.submission.status not in (*FINAL, Status.AT_LIVEFORM)
