"""Limit reports to the figures that a user may see: all of the review area for managers, own decisions for officers."""

from django.db.models import Q

from submissions.models import User
from submissions.models.submission import SubmissionQuerySet
from submissions.reporting.reports.date_range import Window
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import user_can_see_all_figures


def closed_in(user: User, window: Window) -> SubmissionQuerySet:
    """Return submissions that ended in the window, limited to the figures that the user may see."""
    days = Q(decided_at__gte=window.start, decided_at__lt=window.end)
    rows: SubmissionQuerySet = visible_to(user).filter(days, window.of_project())
    return rows if user_can_see_all_figures(user) else rows.filter(decided_by=user)


def own(user: User) -> dict[str, str]:
    """Return the query parameters that limit the list to the same rows."""
    return {} if user_can_see_all_figures(user) else {"decided_by": user.username}
