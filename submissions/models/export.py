"""One export a person asked for: which rows, how far it is, and for how long its encrypted file is kept.

How it is made and swept stands in `submissions.reporting.exports`.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock, encryption
from submissions.models.encrypted import EncryptedJSON
from submissions.models.people import User


class ExportSource(models.TextChoices):
    LIST = "list", _("Submissions")
    QUEUE = "queue", _("Review queue")


class ExportFormat(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Queued")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


UNDER_WAY = (ExportState.WAITING, ExportState.RUNNING)


class Export(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="exports")
    source = models.CharField(max_length=8, choices=ExportSource)
    format = models.CharField(max_length=4, choices=ExportFormat)
    is_open = models.BooleanField(default=False, help_text="names and numbers readable; else masked")
    # A search text in the filters is personal, and so may a reason be: both lie encrypted under this row's own key.
    key_wrapped = models.BinaryField()
    told_sealed = models.BinaryField()
    told = EncryptedJSON[dict[str, str]](
        "told_sealed", "export.told", dict, check=None
    )  # query (as in the URL) and reason
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    failure = models.CharField(max_length=40, blank=True, help_text="what kind of end, as a fact's name")
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="after a failed try: when the next may begin")

    name = models.CharField(max_length=120, blank=True)
    file_key_wrapped = models.BinaryField(null=True, help_text="the file's own key; gone when the file is")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes before sealing")

    asked_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at"]
        indexes = [
            models.Index("owner", F("asked_at").desc(), name="export_of_owner"),
            models.Index("asked_at", name="export_under_way", condition=Q(state__in=UNDER_WAY)),
            models.Index("expires_at", name="export_expiry", condition=Q(state="done")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(condition=Q(source__in=ExportSource.values), name="export_source_known"),
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="export_format_known"),
            models.CheckConstraint(
                condition=Q(state="done") & ~Q(name="") & Q(file_key_wrapped__isnull=False) | ~Q(state="done"),
                name="export_done_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.DONE and self.expires_at is not None and self.expires_at > clock.now()

    def data_key(self) -> bytes:
        """Encrypt what was asked and why, also of each download; made with the row."""
        if not self.key_wrapped:
            self.key_wrapped = encryption.wrap(key_label(self.pk), encryption.new_data_key())
        return encryption.unwrap(key_label(self.pk), bytes(self.key_wrapped))

    def new_file_key(self) -> bytes:
        """A fresh key for the file; wrapped into the row, saved by the caller."""
        key = encryption.new_data_key()
        self.file_key_wrapped = encryption.wrap(file_key_label(self.pk), key)
        return key

    def file_key(self) -> bytes:
        return encryption.unwrap(file_key_label(self.pk), bytes(self.file_key_wrapped or b""))


def key_label(pk: uuid.UUID) -> str:
    return f"export.key:{pk}"


def file_key_label(pk: uuid.UUID) -> str:
    return f"export.file_key:{pk}"
