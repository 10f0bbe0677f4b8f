"""An image as it was taken in. Its bytes lie encrypted in the storage and are never overwritten."""

import secrets
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock, encryption
from submissions.models.image_kind import ImageKind
from submissions.models.people import User
from submissions.models.submission import Submission

VENDOR_FIELDS = {
    ImageKind.ID_FRONT: "idImage",
    ImageKind.ID_BACK: "idBackImage",
    ImageKind.SELFIE: "faceImage",
    ImageKind.ADDRESS: "addressImage",
}
ASKED = "asked_"  # begins the findings that a user added, not the check


class CaptureSource(models.TextChoices):
    FILE = "file", _("from a file")
    CAMERA = "camera", _("live camera, as the browser reports")
    PHONE = "phone", _("customer's phone, from a file")
    LIVEFORM = "liveform", _("Liveform, read back from ARGOS")
    PHONE_CAMERA = "phonecam", _("customer's phone, live camera, as the browser reports")


class Redaction(models.TextChoices):
    """Of the resident number on an ID image; "": not due, or not looked at yet."""

    DONE = "done", _("back digits redacted")
    NO_AREA = "no_area", _("not redacted: waiting for a person")
    NO_NUMBER = "none", _("no resident number on it")


class StorageUnavailable(Exception):
    """The storage does not answer, is full, or does not let the portal write."""


class Image(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="images")
    kind = models.CharField(max_length=10, choices=ImageKind)
    source = models.CharField(max_length=8, choices=CaptureSource, default=CaptureSource.FILE)
    name = models.CharField(max_length=120, unique=True)
    content_type = models.CharField(max_length=20, default="image/jpeg")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes before sealing")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    notes = models.JSONField(default=list, help_text="codes of what intake changed")
    findings = models.JSONField(default=list, help_text="codes of what the capture check found")
    face_box = models.JSONField(default=list, help_text="ID front: [x, y, width, height] of the portrait, shares")
    is_current = models.BooleanField(default=True)
    redaction = models.CharField(max_length=8, choices=Redaction, default="", db_default="", blank=True)
    area_sought_at = models.DateTimeField(null=True, help_text="the last search for coordinates")
    original_sha256 = models.CharField(max_length=64, default="", db_default="", help_text="before the redaction")
    replaced_name = models.CharField(max_length=120, default="", db_default="", help_text="object still to destroy")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, null=True)
    # The link on which the customer sent it; only its page shows the image as the customer's own.
    invitation = models.ForeignKey("Invitation", models.SET_NULL, null=True, related_name="images")

    class Meta:
        indexes = [models.Index("submission", name="image_number_waiting", condition=Q(redaction="no_area"))]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ImageKind.values), name="image_kind_known"),
            models.UniqueConstraint(
                fields=["submission", "kind"], condition=Q(is_current=True), name="image_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.submission_id}"

    @property
    def vendor_field(self) -> str:
        """The vendor's name of it; "" for an attachment, which no step sends."""
        return VENDOR_FIELDS.get(ImageKind(self.kind), "")

    @property
    def asked_again(self) -> str:
        """The finding with which a user asked the customer for another photo; "" without one."""
        return next((code for code in self.findings if code.startswith(ASKED)), "")

    @property
    def portrait_box(self) -> str:
        """The part with the holder's portrait as an SVG view box, in pixels; "" where no face was found."""
        if len(self.face_box) != 4:
            return ""
        sides = (self.width, self.height, self.width, self.height)
        return " ".join(str(round(share * side)) for share, side in zip(self.face_box, sides, strict=True))

    @property
    def portrait_size(self) -> tuple[str, ...]:
        """Width and height of `portrait_box`, as they stand there."""
        return tuple(self.portrait_box.split()[2:])

    def store(self, content: bytes) -> None:
        """Encrypt and write under a random name; the row itself is saved by the caller.

        Raises:
            StorageUnavailable: nothing was kept.
        """
        encrypted = encryption.encrypt(self.submission.data_key(), self._label, content)
        wanted = f"{secrets.token_hex(1)}/{secrets.token_hex(16)}"
        try:
            self.name = default_storage.save(wanted, ContentFile(encrypted))
        except OSError as error:
            raise StorageUnavailable from error

    def read(self) -> bytes:
        """The image as taken in.

        Raises:
            FileNotFoundError: the storage has no such object.
            PermissionError: the storage does not let the portal read it.
            OSError: the storage does not answer.
            encryption.CannotOpen: the object was altered or belongs to another row.
        """
        with default_storage.open(self.name) as stored:
            return encryption.decrypt(self.submission.data_key(), self._label, stored.read())

    @property
    def _label(self) -> str:
        return f"image.content:{self.pk}"
