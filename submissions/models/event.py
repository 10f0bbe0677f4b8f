"""Who did or saw what to whom, when, from where and why. Inserted freely, never changed."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F

from submissions.core import clock


class Event(models.Model):
    """No foreign keys: the record outlives what it tells of. `fields` holds references and names, never values."""

    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    address = models.GenericIPAddressField(null=True)
    submission_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    fields = models.JSONField(default=dict)
    row = models.UUIDField(default=uuid.uuid4, help_text="what a sealed reason is bound to")
    reason_sealed = models.BinaryField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        indexes = [
            models.Index("submission_id", "id", name="event_of_submission"),
            models.Index("at", "kind", name="event_by_time"),
            models.Index("actor_id", F("at").desc(), name="event_of_actor"),
            models.Index("kind", "at", name="event_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_name}"
