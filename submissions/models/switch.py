"""The portal's one row of state: whether anything may be sent at all, and how far the ledger has come."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from argos import limits
from submissions.models.people import User


class Switch(models.Model):
    """`stopped_*`: a manager's stop switch. `on_hold_*`: a restored database waits for a person (design section 3).

    `epoch` and `tick` are this database's place in time: the tick goes up with every call that leaves, and a copy of it
    is kept outside the database (`outbox.restore_watermark`). A database that is behind its copy was restored.
    """

    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stopped_why = models.CharField(max_length=limits.REASON, blank=True)
    on_hold_since = models.DateTimeField(null=True)
    on_hold_why = models.CharField(max_length=40, blank=True)
    restored_to = models.DateTimeField(null=True, help_text="the last sign of life in the restored data")
    listed_at = models.DateTimeField(null=True, help_text="the vendor's list since then was read to its end")
    epoch = models.UUIDField(default=uuid.uuid4)
    tick = models.BigIntegerField(default=0)
    ticked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="switch_is_one_row")]

    def __str__(self) -> str:
        return "open" if self.may_send else "stopped"

    @classmethod
    def read(cls) -> Self:
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def may_send(self) -> bool:
        return self.stopped_at is None and self.on_hold_since is None
