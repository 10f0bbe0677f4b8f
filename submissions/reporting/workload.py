"""What waits for a manager: escalated submissions, and those that automatic assignment left."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from submissions.models import Project, User
from submissions.models.submission import SubmissionQuerySet
from submissions.review.workload import automatic
from submissions.workflow.permissions import visible_to


def escalated(user: User) -> SubmissionQuerySet:
    """Return the submissions that wait for a manager's answer, the most urgent first."""
    rows = visible_to(user).for_review("escalated_by").awaiting_review()
    found: SubmissionQuerySet = rows.filter(escalated_at__isnull=False).order_by("target_at", "id")
    return found


def with_unassigned(user: User) -> "QuerySet[Project]":
    """Return the projects in which the last automatic assignment left submissions that the user sees."""
    seen = visible_to(user).awaiting_review().filter(project=OuterRef("pk"), assigned_to=None)
    return Project.objects.filter(Exists(seen), assigns_automatically=True).exclude(unassigned={}).order_by("name")


def not_assigned(user: User) -> list[tuple[Project, list[tuple[str, int]]]]:
    """Return (project, [(why, count)]) of what automatic assignment left."""
    why = {
        automatic.OFF: _("no officer is on duty:"),
        automatic.FULL: _("every officer has the most open submissions:"),
        automatic.SKILL: _("no free officer has the country and language:"),
        automatic.BARRED: _("no free officer may decide it:"),
    }
    rows = with_unassigned(user)
    return [(row, [(why[name], count) for name, count in row.unassigned.items()]) for row in rows]
