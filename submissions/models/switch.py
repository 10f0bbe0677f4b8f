"""The portal's one row of state: whether anything may be sent at all."""

from typing import Self

from django.db import models
from django.db.models import Q

from submissions.models.people import User


class Switch(models.Model):
    """`stopped_*`: a manager's stop switch. `on_hold_*`: a restored database waits for a person (design section 3)."""

    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    on_hold_since = models.DateTimeField(null=True)

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
