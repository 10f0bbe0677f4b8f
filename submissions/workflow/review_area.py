"""The review area: the projects and teams to which an administrator limits a compliance officer or manager.

Without a choice the person reviews all of them. `permissions` asks here; a query that does not start with
`permissions.visible_to` adds the condition itself.
"""

from django.db.models import Q, QuerySet

from submissions.models import CustomerImport, NextCheck, Project, Submission, Team, User


def condition(user: User, path: str = "") -> Q:
    """Return the condition that rows belong to the user's review area; empty for a user without limits.

    `path`: leads from a row to its submission, as "submission__".
    """
    return _condition(user, f"{path}project__in", f"{path}team__in")


def condition_of_records(user: User) -> Q:
    """As `condition`, for rows of a project that may have no submission: without one a row has no team."""
    return _condition(user, "project__in", "submission__team__in")


def _condition(user: User, project: str, team: str) -> Q:
    chosen = {project: user.review_projects, team: user.review_teams}
    return Q(**{lookup: ids for lookup, ids in chosen.items() if ids}) if user.is_reviewer else Q()


def contains(user: User, row: Submission | NextCheck | CustomerImport) -> bool:
    if not user.is_reviewer:
        return True
    is_of_project = not user.review_projects or str(row.project_id) in user.review_projects
    return is_of_project and (not user.review_teams or row.team_id in user.review_teams)


def stamp(user: User) -> str:
    """Return a text that changes with the user's review area; "" for a user without limits."""
    is_limited = user.is_reviewer and (user.review_projects or user.review_teams)
    return f"{user.review_projects}{user.review_teams}" if is_limited else ""


def projects(user: User) -> "QuerySet[Project]":
    """Return the projects that the user's filters and forms offer."""
    is_limited = user.is_reviewer and user.review_projects
    return Project.objects.filter(pk__in=user.review_projects) if is_limited else Project.objects.all()


def teams(user: User) -> "QuerySet[Team]":
    is_limited = user.is_reviewer and user.review_teams
    return Team.objects.filter(pk__in=user.review_teams) if is_limited else Team.objects.all()
