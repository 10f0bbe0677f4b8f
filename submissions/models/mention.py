"""A person named in a note with @: unread for them until they have seen it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from submissions.core import clock
from submissions.models.decision import Note
from submissions.models.people import User


class Mention(models.Model):
    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(User, models.CASCADE, related_name="mentions")
    created_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        indexes = [models.Index("person", F("created_at").desc(), name="mention_unread", condition=Q(seen_at=None))]
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.person_id} named in {self.note_id}"
