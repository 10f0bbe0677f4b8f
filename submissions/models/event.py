"""Who did or saw what to whom, when, from where and why. Inserted freely, never changed."""

import uuid
from typing import ClassVar

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Subquery

from submissions.core import clock


class EventQuerySet(models.QuerySet["Event"]):
    def with_people(self) -> "EventQuerySet":
        """Add each actor's present full name as `person`, without a query of its own."""
        users = apps.get_model("submissions", "User").objects.filter(pk=OuterRef("actor_id"))
        return self.annotate(person=Subquery(users.values("name")[:1]))


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

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

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
