"""A one-time link with which a customer's phone hands over one picture. Only the hash of its token is stored."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.image import Image
from submissions.models.image_kind import ImageKind
from submissions.models.people import User
from submissions.models.submission import CAPTURING, Submission


class PhoneLinkQuerySet(models.QuerySet["PhoneLink"]):
    def unspent(self) -> Self:
        """Neither used nor revoked; at most one for each item of a submission."""
        return self.filter(used_at=None, revoked_at=None)

    def open(self, moment: datetime) -> Self:
        """Unspent, not expired, and of a submission that still takes pictures."""
        return self.unspent().filter(expires_at__gt=moment, submission__status__in=CAPTURING)


class PhoneLink(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="phone_links")
    kind = models.CharField(max_length=10, choices=ImageKind)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    image = models.OneToOneField(Image, models.SET_NULL, null=True, related_name="phone_link")

    objects = PhoneLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ImageKind.values), name="phone_link_kind_known"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="phone_link_used_or_revoked"),
            models.UniqueConstraint(
                fields=["submission", "kind"],
                condition=Q(used_at=None, revoked_at=None),
                name="phone_link_one_for_each_item",
            ),
        ]

    def __str__(self) -> str:
        return f"phone link for {self.kind} of {self.submission_id}"

    @property
    def is_open(self) -> bool:
        is_unspent = self.used_at is None and self.revoked_at is None and self.expires_at > clock.now()
        return is_unspent and self.submission.status in CAPTURING

    @property
    def minutes_left(self) -> int:
        """Whole minutes until it expires, the present one counted; 0 afterwards."""
        return max(0, -(-int((self.expires_at - clock.now()).total_seconds()) // 60))
