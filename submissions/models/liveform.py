"""A one-time link to ARGOS's own form. Its token is in the sealed values of the call that registered it."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.call import OPEN_STATES, Call, CallState
from submissions.models.people import User
from submissions.models.submission import Submission

# After these ends ARGOS may have the token: it takes one of the places of its pool until it is used.
MAY_BE_AT_ARGOS = (CallState.SENT, CallState.ANSWERED, CallState.UNKNOWN, CallState.SETTLED)
REMOVAL_AGAIN = timedelta(hours=1)


class LiveformLinkQuerySet(models.QuerySet["LiveformLink"]):
    def standing(self) -> Self:
        """Neither used nor revoked; at most one for each submission. It may have expired."""
        return self.filter(used_at=None, revoked_at=None)

    def in_pool(self) -> Self:
        """Those of which ARGOS may have the token, because no removal was answered."""
        rows = self.filter(used_at=None, call__state__in=MAY_BE_AT_ARGOS)
        return rows.exclude(removal__state=CallState.ANSWERED)

    def to_remove(self) -> Self:
        """Withdrawn or expired ones whose token ARGOS may have; a cancelled removal is due again after an hour."""
        now = clock.now()
        rows = self.in_pool().exclude(call__state__in=OPEN_STATES).filter(submission__erased_at=None)
        again = Q(removal=None) | Q(removal__state=CallState.CANCELLED, removal__ended_at__lte=now - REMOVAL_AGAIN)
        return rows.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=now), again)


class LiveformLink(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="liveform_links")
    call = models.OneToOneField(Call, models.CASCADE, related_name="liveform_link")
    removal = models.OneToOneField(
        Call, models.SET_NULL, null=True, related_name="liveform_removal", help_text="of the token at ARGOS"
    )
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
    def removal_state(self) -> str:
        """Whether ARGOS has removed the token: "removed", "under_way", "not_needed" or "not_confirmed"."""
        if self.removal is not None and self.removal.state == CallState.ANSWERED:
            return "removed"
        if self.call.state not in MAY_BE_AT_ARGOS:
            return "not_needed"
        is_under_way = self.removal is None or self.removal.state in OPEN_STATES
        return "under_way" if is_under_way else "not_confirmed"

    @property
    def is_open(self) -> bool:
        """Whether the customer can use it as far as the portal knows."""
        is_standing = self.used_at is None and self.revoked_at is None
        return is_standing and self.call.state == CallState.ANSWERED and not self.is_expired_at(clock.now())
