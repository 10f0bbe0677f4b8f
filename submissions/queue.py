"""The pending queue as a set: its filters, each on a column that is not personal."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from argos import matrix
from submissions import clock
from submissions.models import Project, Submission, User
from submissions.models.submission import IN_REVIEW

BANDS = {"low": (0, 50), "middle": (50, 80), "high": (80, 101)}
BOUND = 50


def waiting(user: User, given: QueryDict) -> tuple["QuerySet[Submission]", list[str]]:
    """The queue under the URL's filters, and the names of filters whose value means nothing."""
    rows: QuerySet[Submission] = Submission.objects.awaiting_review().for_row()
    ignored = []
    for name, narrow in FILTERS.items():
        value = given.get(name, "").strip()
        condition = narrow(user, value) if value else None
        if value and condition is None:
            ignored.append(name)
        if condition is not None:
            rows = rows.filter(condition)
    return rows, ignored


def _status(user: User, value: str) -> Q | None:
    return Q(status=value) if value in IN_REVIEW else None


def _project(user: User, value: str) -> Q | None:
    found = next((pk for pk in Project.objects.values_list("pk", flat=True) if str(pk) == value), None)
    return Q(project=found) if found else None


def _country(user: User, value: str) -> Q | None:
    return Q(issuing_country=value.upper()) if matrix.is_country(value.upper()) else None


def _id_type(user: User, value: str) -> Q | None:
    return Q(id_type=value) if value in matrix.ID_TYPES else None


def _face(user: User, value: str) -> Q | None:
    if value not in BANDS:
        return None
    low, high = BANDS[value]
    return Q(face_similarity__gte=low, face_similarity__lt=high)


def _tries(user: User, value: str) -> Q | None:
    return Q(selfies_sent=int(value)) if value in ("1", "2", "3") else None


def _assignee(user: User, value: str) -> Q | None:
    now = clock.now()
    held = Q(claimed_until__gte=now)
    choices: dict[str, Q] = {"me": held & Q(claimed_by=user), "someone": held, "nobody": ~held | Q(claimed_until=None)}
    return choices.get(value)


FILTERS: dict[str, Any] = {
    "status": _status,
    "project": _project,
    "country": _country,
    "id_type": _id_type,
    "face": _face,
    "tries": _tries,
    "assignee": _assignee,
}


def bounded_count(rows: "QuerySet[Submission]", bound: int = BOUND) -> str:
    """ "12", or "50+": counting further would cost what the number is not worth."""
    found = len(rows.values_list("pk", flat=True)[: bound + 1])
    return f"{bound}+" if found > bound else str(found)
