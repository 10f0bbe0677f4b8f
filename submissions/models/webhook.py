"""What the vendor posted to us, as it came. A hint: nothing moves before a read has confirmed it."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from submissions.core import clock, encryption
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission

# A person must look at these: nothing else in the portal shows them.
NEVER_CONFIRMED = "never_confirmed"  # ARGOS could not be read as long as the delivery was kept
UNPLACED = (
    *("unsupported", "unreadable", "unknown_trigger", "unknown_status", "no_such_submission", "no_such_record"),
    NEVER_CONFIRMED,
)


class WebhookQuerySet(models.QuerySet["WebhookDelivery"]):
    def unplaced(self) -> Self:
        """Return those that concern no submission or say what the portal does not know, acknowledged or not."""
        return self.filter(outcome__in=UNPLACED)

    def unacknowledged(self) -> Self:
        return self.unplaced().filter(acknowledged_at=None)


class WebhookDelivery(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body, to know a doubled one")
    body_sealed = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    received_at = models.DateTimeField(default=clock.now)
    times_received = models.PositiveIntegerField(default=1)
    handled_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trigger = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="webhooks")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[Any] = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering: ClassVar[list[str]] = ["received_at"]
        indexes = [
            models.Index("next_try_at", name="webhook_unhandled", condition=Q(handled_at=None)),
            models.Index("project", "handled_at", name="webhook_kept", condition=Q(handled_at__isnull=False)),
            models.Index(
                "received_at", name="webhook_to_look_at", condition=Q(outcome__in=UNPLACED, acknowledged_at=None)
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["project", "digest"], name="webhook_once")]

    def __str__(self) -> str:
        return f"webhook {self.trigger or self.pk}"

    @property
    def body(self) -> bytes:
        return encryption.unwrap(self._label, bytes(self.body_sealed))

    @body.setter
    def body(self, value: bytes) -> None:
        self.body_sealed = encryption.wrap(self._label, value)

    @property
    def _label(self) -> str:
        return f"webhook.body:{self.pk}"
