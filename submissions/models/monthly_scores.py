"""The scores of a month's decisions, summed by a nightly task so that the report on drift reads a small table."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from submissions.core import clock
from submissions.models.decision import Verdict
from submissions.models.people import Team
from submissions.models.project import Project


class MonthlyScores(models.Model):
    """One project, team, month and verdict. Sums, not means, so that rows can be added up."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    month = models.DateField(help_text="its first day")
    verdict = models.CharField(max_length=10, choices=Verdict)
    face_count = models.PositiveIntegerField()
    face_sum = models.FloatField()
    liveness_count = models.PositiveIntegerField()
    liveness_sum = models.FloatField()
    computed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["month", "project", "team", "verdict"], name="monthly_scores_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="monthly_scores_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"scores of {self.month}"
