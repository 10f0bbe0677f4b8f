"""How far the copy of the audit log at one destination goes."""

from django.db import models


class AuditStreamCursor(models.Model):
    """One row per destination. `number`: the newest seal that the destination confirmed; the copy has all up to it."""

    target = models.CharField(max_length=300, primary_key=True, help_text="the address without password and token")
    number = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="when sending last failed; empty after a success")
    failure = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(
        null=True, help_text="one worker sends at a time, so that batches keep their order"
    )

    def __str__(self) -> str:
        return f"{self.target} up to seal {self.number}"
