"""Trainings that a person completed: until when they are valid, who entered them, and who removed one.

Regulation (EU) 2024/1624, Art. 12, obliges the company to train its people. A removed record stays for the auditor.
"""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, Max, Q
from django.db.models.functions import Coalesce

from submissions.core import clock
from submissions.models.people import User
from submissions.models.project import Project

SOON = timedelta(days=30)
WITHOUT_END = date.max


class TrainingQuerySet(models.QuerySet["TrainingRecord"]):
    def kept(self) -> "TrainingQuerySet":
        return self.filter(removed_at=None)

    def valid(self) -> "TrainingQuerySet":
        return self.kept().filter(Q(valid_until=None) | Q(valid_until__gte=clock.today()))


class TrainingRecord(models.Model):
    person = models.ForeignKey(User, models.PROTECT, related_name="trainings")
    name = models.CharField(max_length=120)
    completed_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True, default="")
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["TrainingRecord"]] = TrainingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-completed_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(entered_by=F("person")), name="training_not_entered_by_oneself"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("completed_on")), name="training_ends_after_it"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="training_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"


def with_end(people: "models.QuerySet[User]") -> Any:  # the annotation is a column that the type does not know
    """Add `trained_until`: the last day of a valid training, `WITHOUT_END`, or None for a person without a record."""
    end = Coalesce("trainings__valid_until", WITHOUT_END, output_field=models.DateField())
    return people.annotate(trained_until=Max(end, filter=Q(trainings__removed_at=None, trainings__isnull=False)))


def ending(people: "models.QuerySet[User]") -> Any:
    """Return the people whose training has ended or ends within `SOON`."""
    return with_end(people).filter(trained_until__lte=clock.today() + SOON)


def barring(user: User) -> "models.QuerySet[Project]":
    """Return the projects in which the user may not review now, because they have no valid training."""
    trained = TrainingRecord.objects.valid().filter(person=user)
    return Project.objects.filter(~Exists(trained), requires_training=True).order_by("name")
