"""Days off of reviewers, and how many submissions of a project found no reviewer."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.people import User
from submissions.models.project_settings import option


class DaysOff(models.Model):
    """The first and the last day; `returned_at`: when the person's assignments went back to the queue."""

    person = models.ForeignKey(User, models.PROTECT, related_name="days_off")
    starts_on = models.DateField()
    ends_on = models.DateField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="days_off_end_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.starts_on} to {self.ends_on}"


class AssignmentSettings(models.Model):
    """Automatic assignment: an abstract base of `Project`, in its one table."""

    assigns_automatically = option(
        _("Automatic assignment"),
        _("Unassigned submissions go to the officer on duty with the fewest open ones. Escalated ones stay."),
        db_default=False,
    )
    assigned_at_most = models.PositiveSmallIntegerField(
        _("Open submissions per officer"),
        default=10,
        db_default=10,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("An officer with as many, of all projects, is assigned no more automatically."),
    )
    assigns_by_skill = option(
        _("Assignment by skill"),
        _("Only to officers with the issuing country and the customer's language under Days off and skills."),
        db_default=False,
    )
    unassigned = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        editable=False,
        help_text="{why: how many submissions the last automatic assignment left}",
    )

    class Meta:
        abstract = True
