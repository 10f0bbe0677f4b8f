"""A part of a picture that a phone is still sending."""

import uuid

from django.db import models

from submissions.core import clock, encryption
from submissions.models.encrypted import EncryptedField
from submissions.models.submission import Submission


class UploadPart(models.Model):
    """`holder_hash`: the customer link that sends it. `upload`: the browser's number of this picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="upload_parts")
    holder_hash = models.CharField(max_length=64)
    upload = models.UUIDField()
    start = models.PositiveIntegerField(help_text="bytes of the picture before this part")
    size = models.PositiveIntegerField(help_text="bytes before sealing")
    content_sealed = EncryptedField(null=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder_hash", "upload", "start"], name="upload_part_once")]

    def __str__(self) -> str:
        return f"part of an upload for {self.submission_id}"

    @property
    def content(self) -> bytes:
        if self.content_sealed is None:  # the submission was erased
            return b""
        return encryption.decrypt(self.submission.data_key(), self._label, bytes(self.content_sealed))

    @content.setter
    def content(self, plain: bytes) -> None:
        self.content_sealed = encryption.encrypt(self.submission.data_key(), self._label, plain)

    @property
    def _label(self) -> str:
        return f"upload_part.content:{self.pk}"
