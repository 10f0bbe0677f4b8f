"""Who captured: they never decide on the same submission (`workflow.permissions`)."""

from django.conf import settings
from django.db import models

from submissions.models.submission import Submission


class Capturer(models.Model):
    """Who made or changed a value or an image, answered a reviewer, sent a capture link or pressed send."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="capturers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "user"], name="capturer_once")]

    def __str__(self) -> str:
        return f"{self.user_id} captured {self.submission_id}"
