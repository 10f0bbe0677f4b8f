"""A file of customers that became drafts: the rows, encrypted under the import's own key, and how far it is."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core import clock, encryption
from submissions.models.encrypted import EncryptedJSON
from submissions.models.people import Team, User
from submissions.models.project import Project
from submissions.models.submission import Submission


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Checking")
    READY = "ready", pgettext_lazy("import", "Checked")
    CREATING = "creating", _("Creating drafts")
    DONE = "done", pgettext_lazy("import", "Done")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class RowState(models.TextChoices):
    UNCHECKED = "unchecked", _("Not checked yet")
    READY = "ready", _("Ready")
    MALFORMED = "malformed", _("Malformed")
    KNOWN = "known", _("Already known")
    REPEATED = "repeated", _("Duplicate in the file")
    CREATED = "created", _("Draft created")
    FAILED = "failed", _("Not created")


UNDER_WAY = (ImportState.CHECKING, ImportState.CREATING)


class CustomerImport(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="customer_imports")
    project = models.ForeignKey(Project, models.PROTECT)
    team = models.ForeignKey(Team, models.PROTECT)
    key_wrapped = models.BinaryField(null=True, help_text="the rows' own key; gone when the rows are")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKING)
    total = models.PositiveIntegerField()
    invites = models.BooleanField(default=False, db_default=False, help_text="each customer is invited by e-mail")
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        indexes = [
            models.Index("owner", F("created_at").desc(), name="import_of_owner"),
            models.Index("created_at", name="import_under_way", condition=Q(state__in=UNDER_WAY)),
            models.Index("expires_at", name="import_expiry", condition=~Q(state="expired")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    def new_key(self) -> None:
        self.key_wrapped = encryption.wrap(key_label(self.pk), encryption.new_data_key())

    def data_key(self) -> bytes:
        return encryption.unwrap(key_label(self.pk), bytes(self.key_wrapped or b""))


def key_label(pk: uuid.UUID) -> str:
    return f"customer_import.key:{pk}"


class ImportRow(models.Model):
    """One line of the file. The digests find duplicates; they are keyed, as those of the search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(CustomerImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="the line in the file, from 1 for the heading")
    values_sealed = models.BinaryField(null=True)
    values = EncryptedJSON[dict[str, str]]("values_sealed", "import_row.values", dict)
    email_digest = models.BinaryField(default=b"")
    customer_digest = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, choices=RowState, default=RowState.UNCHECKED)
    repeats = models.PositiveIntegerField(null=True, help_text="the earlier line with the same customer")
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_once"),
            models.CheckConstraint(condition=Q(state__in=RowState.values), name="import_row_state_known"),
        ]
        indexes = [
            models.Index("batch", "state", "number", name="import_row_of_state"),
            models.Index("batch", "email_digest", name="import_row_email"),
            models.Index("batch", "customer_digest", name="import_row_customer"),
        ]

    def __str__(self) -> str:
        return f"line {self.number}"

    def data_key(self) -> bytes:
        return self.batch.data_key()
