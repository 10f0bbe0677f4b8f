"""When an approved customer must be verified again: one row for each approved submission that counts."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.models.people import Team
from submissions.models.project import Project
from submissions.models.submission import Submission


class CustomerRisk(models.TextChoices):
    LOW = "low", pgettext_lazy("customer risk", "Low")
    STANDARD = "standard", pgettext_lazy("customer risk", "Standard")
    HIGH = "high", pgettext_lazy("customer risk", "High")


def counting() -> Q:
    """Return the condition of the checks that count: those of each customer's latest approval."""
    return Q(replaced_by=None)


class NextCheck(models.Model):
    """Team and project repeat those of the submission, so that a forecast reads this table's index alone.

    `replaced_by`: a later approval of the same customer, which counts instead.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="next_check")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    risk = models.CharField(_("Customer risk"), max_length=8, choices=CustomerRisk, default=CustomerRisk.STANDARD)
    # The month only: the day would be personal data outside the encrypted values.
    id_expires_month = models.DateField(_("ID expires"), null=True)
    due_on = models.DateField(_("Next check"))
    announced_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="replaced_checks")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("due_on", "submission", name="next_check_due", condition=counting()),
            models.Index("team", "due_on", "submission", name="next_check_team_due", condition=counting()),
            models.Index("due_on", name="next_check_to_announce", condition=counting() & Q(announced_at=None)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(risk__in=CustomerRisk.values), name="next_check_risk_known"),
        ]

    def __str__(self) -> str:
        return f"next check of {self.submission_id}"
