"""One point in which our record and the vendor's disagree, from the read that showed it to the one that did not."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock, encryption
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission


class DifferenceKind(models.TextChoices):
    STATUS = "status", _("Status")
    DECISION = "decision", _("Decision")
    TRIES = "tries", _("Attempts")
    NO_RECORD = "no_record", _("No record at ARGOS")
    DATA = "data", _("Stored values")
    IMAGES = "images", _("Stored images")
    SECOND_RECORD = "second_record", _("A second record at ARGOS")
    UNKNOWN_HERE = "unknown_here", _("Known to ARGOS only")


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def standing(self) -> Self:
        return self.filter(gone_at=None)

    def unseen(self) -> Self:
        return self.standing().filter(seen_at=None)


class Difference(models.Model):
    """`ours` and `theirs` are statuses, counts, ids and names of fields, never values: these are in `values`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="differences")
    kind = models.CharField(max_length=16, choices=DifferenceKind)
    ours = models.CharField(max_length=80, blank=True)
    theirs = models.CharField(max_length=80, blank=True)
    vendor_id = models.CharField(max_length=80, blank=True)
    userid = models.CharField(max_length=40, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(default=clock.now)
    gone_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    values_sealed = EncryptedField(null=True)
    values = EncryptedJSON[dict[str, list[str]]]("values_sealed", "difference.values", dict)
    note_sealed = EncryptedField(null=True)
    note_of_submission = EncryptedJSON[str]("note_sealed", "difference.note", str)
    note_wrapped = models.BinaryField(null=True, help_text="the note where no submission is left to seal it under")

    objects: ClassVar[DifferenceQuerySet] = DifferenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["found_at"]
        indexes = [models.Index("found_at", name="difference_standing", condition=Q(gone_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DifferenceKind.values), name="difference_kind_known"),
            models.UniqueConstraint(
                fields=["project", "vendor_id", "kind"], condition=Q(gone_at=None), name="difference_once"
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="difference_seen_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.vendor_id}"

    def data_key(self) -> bytes:
        assert self.submission is not None
        return self.submission.data_key()

    @property
    def note(self) -> str:
        """What a person wrote: it is erased with its submission."""
        if self.submission:
            return self.note_of_submission
        return (
            encryption.unwrap(self.note_label(self.pk), bytes(self.note_wrapped)).decode() if self.note_wrapped else ""
        )

    @note.setter
    def note(self, value: str) -> None:
        if self.submission:
            self.note_of_submission = value
        else:
            self.note_wrapped = encryption.wrap(self.note_label(self.pk), value.encode())

    @staticmethod
    def note_label(pk: object) -> str:
        return f"difference.note:{pk}"
