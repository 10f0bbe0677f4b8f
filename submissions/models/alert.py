"""What somebody must look at: a deadline that comes near, a stuck call. Told to one person until they have seen it.

`workflow.alerts` has the kinds and their sentences. Alerts to operators are in `deploy/alerts.yml`.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.people import User
from submissions.models.submission import Submission

VENDOR_KEEPS = "vendor_keeps"
PAGES = {
    VENDOR_KEEPS: "retention_act",
    "aml_hit": "aml_review",
    "aml_overdue": "aml_review",
    "snooze_ended": "review",
    "escalated": "review",
    "escalation_ended": "review",
}


class Alert(models.Model):
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="alerts")
    person = models.ForeignKey(User, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=30)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        indexes = [models.Index("person", "created_at", name="alert_unseen", condition=Q(seen_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["submission", "person", "kind", "due_at"], name="alert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"

    @property
    def page(self) -> str:
        """The name of the page on which something is done about it."""
        return PAGES.get(self.kind, "submission")
