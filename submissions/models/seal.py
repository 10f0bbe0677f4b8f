"""Seals over the record of events: each holds the hash of its rows and of the seal before it."""

from typing import ClassVar

from django.db import models

from submissions.core import clock


class Seal(models.Model):
    """Never changed but for `purged_at`. `members`: ids of the sealed events as ranges, "1-500,502"."""

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(default=clock.now)
    members = models.TextField()
    count = models.PositiveIntegerField()
    highest_id = models.BigIntegerField(help_text="the largest event id in this seal or any before it")
    newest_at = models.DateTimeField(help_text="when its newest event happened")
    rows_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    purged_at = models.DateTimeField(null=True, help_text="its events were removed by retention; the seal stays")

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        indexes = [models.Index("sealed_at", name="seal_time")]

    def __str__(self) -> str:
        return f"seal {self.number}"
