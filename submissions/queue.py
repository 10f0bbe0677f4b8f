"""The pending queue as a set: its filters, each on a column that is not personal."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import QueryDict

from argos import matrix
from submissions import clock
from submissions.models import Project, Submission, User
from submissions.models.submission import IN_REVIEW

Narrow = Callable[[User, str], Q | None]

BANDS = {"low": (0, 50), "middle": (50, 80), "high": (80, 101)}
AGES = {"4h": timedelta(hours=4), "12h": timedelta(hours=12), "24h": timedelta(hours=24)}
LEFT = {"over": timedelta(0), "1h": timedelta(hours=1), "4h": timedelta(hours=4)}
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


def unknown(given: QueryDict) -> list[str]:
    """Parameters that the queue does not know at all."""
    return sorted(name for name in given if name not in FILTERS and name != "after")


def _status(user: User, value: str) -> Q | None:
    return Q(status=value) if value in IN_REVIEW else None


def _project(user: User, value: str) -> Q | None:
    found = next((pk for pk in Project.objects.values_list("pk", flat=True) if str(pk) == value), None)
    return Q(project=found) if found else None


def _country(user: User, value: str) -> Q | None:
    return Q(issuing_country=value.upper()) if matrix.is_country(value.upper()) else None


def _id_type(user: User, value: str) -> Q | None:
    return Q(id_type=value) if value in matrix.ID_TYPES else None


def _band(column: str) -> Narrow:
    def narrow(user: User, value: str) -> Q | None:
        if value == "none":
            return Q(**{f"{column}__isnull": True})
        if value not in BANDS:
            return None
        low, high = BANDS[value]
        return Q(**{f"{column}__gte": low, f"{column}__lt": high})

    return narrow


def _tries(user: User, value: str) -> Q | None:
    return Q(selfies_sent=int(value)) if value in ("1", "2", "3") else None


def _age(user: User, value: str) -> Q | None:
    return Q(pending_at__lte=clock.now() - AGES[value]) if value in AGES else None


def _left(user: User, value: str) -> Q | None:
    return Q(target_at__lte=clock.now() + LEFT[value]) if value in LEFT else None


def _differs(user: User, value: str) -> Q | None:
    return Q(has_difference=True) if value == "1" else None


def _assignee(user: User, value: str) -> Q | None:
    now = clock.now()
    held = Q(claimed_until__gte=now)
    choices: dict[str, Q] = {
        "me": held & Q(claimed_by=user),
        "someone": held,
        "nobody": Q(claimed_until__lt=now) | Q(claimed_until=None),
    }
    return choices.get(value)


FILTERS: dict[str, Narrow] = {
    "status": _status,
    "project": _project,
    "country": _country,
    "id_type": _id_type,
    "face": _band("face_similarity"),
    "liveness": _band("liveness"),
    "tries": _tries,
    "age": _age,
    "left": _left,
    "differs": _differs,
    "assignee": _assignee,
}


def bounded_count(rows: "QuerySet[Submission]", bound: int = BOUND) -> str:
    """ "12", or "50+": counting further would cost what the number is not worth."""
    found = len(rows.values_list("pk", flat=True)[: bound + 1])
    return f"{bound}+" if found > bound else str(found)
