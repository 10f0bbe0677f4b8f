"""Whose figures a person may see: a manager everybody's, an officer what they decided themselves."""

from django.utils.translation import gettext as _

from submissions.models import Role, Submission, User
from submissions.models.submission import SubmissionQuerySet
from submissions.reporting.reports.date_range import Window
from submissions.workflow.permissions import NotAllowed


def check_may_see(user: User) -> None:
    """Raises NotAllowed for agents and administrators."""
    if not user.is_reviewer:
        raise NotAllowed(_("Reports are for managers; compliance officers see their own figures."))


def is_whole(user: User) -> bool:
    return user.role == Role.MANAGER


def closed_in(user: User, window: Window) -> SubmissionQuerySet:
    """What came to its end in the window, as far as this person's figures go."""
    rows: SubmissionQuerySet = Submission.objects.filter(decided_at__gte=window.start, decided_at__lt=window.end)
    return rows if is_whole(user) else rows.filter(decided_by=user)


def own(user: User) -> dict[str, str]:
    """What a link to the list carries so that it shows the same rows."""
    return {} if is_whole(user) else {"decided_by": user.username}
