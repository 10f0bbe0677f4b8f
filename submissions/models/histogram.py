"""How the scores of a project's recent verdicts are spread: counts only, brought up to date by a task."""

from django.db import models

from submissions.models.project import Project


class Histogram(models.Model):
    """`bins`: {"face": {"approved": [20 counts], "rejected": [...]}, "liveness": ..., "reasons": [codes]}.

    Each bin is five points wide; the codes of reject reasons are ordered by use.
    """

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="histogram")
    bins = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"scores of {self.project_id}"
