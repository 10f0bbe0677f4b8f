"""The wrapped data key of each submission, and a bulk read of them. `core.encryption` does the wrapping."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import models

from submissions.core import encryption

if TYPE_CHECKING:
    from submissions.models.submission import Submission


class SubmissionKey(models.Model):
    """A submission's wrapped data key. No foreign key: the table can live in a store with its own short backups."""

    submission_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return str(self.submission_id)

    @staticmethod
    def label_of(submission_id: uuid.UUID) -> str:
        return f"submission.key:{submission_id}"

    @classmethod
    def get_for_submission(cls, submission_id: uuid.UUID) -> "SubmissionKey":
        """Return the key of a submission; raise `CannotOpen` if there is none."""
        key = cls.objects.filter(pk=submission_id).first()
        if key is None:
            raise encryption.CannotOpen(f"{cls.label_of(submission_id)} is missing")
        return key

    @classmethod
    def of(cls, submission_id: str) -> models.Subquery:
        """Return the wrapped key as a column of a query whose column `submission_id` names the submission."""
        return models.Subquery(cls.objects.filter(pk=models.OuterRef(submission_id)).values("wrapped"))

    def open(self) -> bytes:
        return self.unwrap(self.submission_id, self.wrapped)

    @classmethod
    def unwrap(cls, submission_id: uuid.UUID, wrapped: bytes | memoryview) -> bytes:
        return encryption.unwrap(cls.label_of(submission_id), bytes(wrapped))

    @classmethod
    def new_for(cls, submission: "Submission") -> "SubmissionKey":
        """Give a new submission its data key; return the row that the caller saves."""
        submission._data_key = encryption.new_data_key()
        return cls(
            submission_id=submission.pk,
            wrapped=encryption.wrap(cls.label_of(submission.pk), submission._data_key),
        )


def load_keys(submissions: Iterable["Submission"]) -> None:
    """Give many submissions their data keys, for lists that show names.

    The query of a list's rows has read them (`for_row`); for all others one query fetches them. A missing or unusable
    key does not affect the other rows; `data_key` of that submission raises `CannotOpen`.
    """
    rows = list(submissions)
    without = [row.pk for row in rows if not hasattr(row, "wrapped_key")]
    fetched = dict(SubmissionKey.objects.filter(pk__in=without).values_list("pk", "wrapped")) if without else {}
    for row in rows:
        take_key(row, getattr(row, "wrapped_key", fetched.get(row.pk)))


def take_key(submission: "Submission", wrapped: bytes | memoryview | None) -> None:
    """Give the submission its data key from a query that read it too. As in `load_keys`, `data_key` raises without."""
    submission._data_key = NO_KEY
    if wrapped is not None:
        with suppress(encryption.CannotOpen):
            submission._data_key = SubmissionKey.unwrap(submission.pk, wrapped)


NO_KEY = b""
