"""A camera that a page opened: a short-lived, one-time token by which its picture differs from a file's."""

import uuid

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.image import Image
from submissions.models.image_kind import ImageKind
from submissions.models.submission import Submission


class CameraOpening(models.Model):
    """`holder_hash`: the user or phone link whose page opened it. Only the token's hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="camera_openings")
    kind = models.CharField(max_length=10, choices=ImageKind)
    holder_hash = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    # The device's name may contain a person's ("Mina's iPhone").
    device_sealed = EncryptedField(null=True)
    device = EncryptedJSON[str]("device_sealed", "camera_opening.device", str)
    is_virtual = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    image = models.OneToOneField(Image, models.SET_NULL, null=True, related_name="camera_opening")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ImageKind.values), name="camera_opening_kind_known"),
        ]

    def __str__(self) -> str:
        return f"camera for {self.kind} of {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()
