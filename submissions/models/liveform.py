"""A one-time link to ARGOS's own form. Its token is in the sealed values of the call that registered it."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.call import Call, CallState
from submissions.models.people import User
from submissions.models.submission import Submission

# After these ends ARGOS may have the token: it takes one of the places of its pool until it is used.
MAY_BE_AT_ARGOS = (CallState.SENT, CallState.ANSWERED, CallState.UNKNOWN, CallState.SETTLED)


class LiveformLinkQuerySet(models.QuerySet["LiveformLink"]):
    def standing(self) -> Self:
        """Neither used nor revoked; at most one for each submission. It may have expired."""
        return self.filter(used_at=None, revoked_at=None)

    def in_pool(self) -> Self:
        return self.filter(used_at=None, call__state__in=MAY_BE_AT_ARGOS)


class LiveformLink(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="liveform_links")
    call = models.OneToOneField(Call, models.CASCADE, related_name="liveform_link")
    token_hash = models.CharField(max_length=64, unique=True)
    userid = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="values and images were read back")

    objects = LiveformLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None), name="liveform_link_used_or_revoked"
            ),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(used_at=None, revoked_at=None), name="liveform_link_one_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"link to the form for {self.submission_id}"

    def is_expired_at(self, moment: datetime) -> bool:
        return self.expires_at <= moment

    @property
    def is_open(self) -> bool:
        """Whether the customer can use it as far as the portal knows."""
        is_standing = self.used_at is None and self.revoked_at is None
        return is_standing and self.call.state == CallState.ANSWERED and not self.is_expired_at(clock.now())
