"""Which customers must be verified again: the forecast by month and team, and the list."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.dateparse import parse_date

from submissions.core import clock
from submissions.models import NextCheck, User
from submissions.models.next_check import counting
from submissions.workflow import review_area
from submissions.workflow.role_permissions import is_limited_to_team

MONTHS = 12
SHOWN = 50
PASSED = "passed"


# The first day of the month (None: what has passed), the checks of each team, their sum.
Row = tuple[date | None, list[int], int]


@dataclass(frozen=True)
class Forecast:
    teams: list[str]
    rows: list[Row]


def visible_checks(user: User) -> "QuerySet[NextCheck]":
    rows: QuerySet[NextCheck] = NextCheck.objects.filter(counting(), review_area.condition(user))
    return rows.filter(team=user.team_id or 0) if is_limited_to_team(user) else rows


def passed(user: User) -> "QuerySet[NextCheck]":
    return visible_checks(user).filter(due_on__lt=clock.today())


def forecast(user: User) -> Forecast:
    """Count the checks of the next twelve months, the present one included, and those that have passed."""
    today = clock.today()
    months = [month_after(today.replace(day=1), number) for number in range(MONTHS)]
    counted: dict[date | None, dict[str, int]] = defaultdict(dict)
    for team, many in passed(user).values_list("team__name").annotate(Count("pk")).order_by():
        counted[None][team] = many
    ahead = visible_checks(user).filter(due_on__gte=today, due_on__lt=month_after(months[-1], 1))
    by_month = ahead.annotate(month=TruncMonth("due_on")).values_list("month", "team__name")
    for month, team, many in by_month.annotate(Count("pk")).order_by():
        counted[month][team] = many
    teams = sorted({team for by_team in counted.values() for team in by_team})
    rows = [(month, [counted[month].get(team, 0) for team in teams]) for month in (None, *months)]
    return Forecast(teams, [(month, row, sum(row)) for month, row in rows])


def month_after(first: date, number: int) -> date:
    """Return the first day of the month that is `number` months later."""
    years, month = divmod(first.month - 1 + number, 12)
    return date(first.year + years, month + 1, 1)


@dataclass(frozen=True)
class Page:
    rows: list[NextCheck]
    after: str  # where the next page begins; "" on the last one


def listed(user: User, params: Mapping[str, str], size: int = SHOWN) -> Page:
    """Return the checks of the chosen month and team by their day; an unusable parameter counts as none."""
    rows = visible_checks(user)
    if params.get("team", "").isdecimal():
        rows = rows.filter(team=int(params["team"][:9]))
    if params.get("month") == PASSED:
        rows = rows.filter(due_on__lt=clock.today())
    elif first := _day(f"{params.get('month', '')}-01"):
        rows = rows.filter(due_on__gte=max(first, clock.today()), due_on__lt=month_after(first, 1))
    if key := _key(params.get("after", "")):
        rows = rows.filter(Q(due_on__gt=key[0]) | Q(due_on=key[0], pk__gt=key[1]), due_on__gte=key[0])
    found = list(rows.select_related("submission__project", "team").order_by("due_on", "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.due_on.isoformat()}~{last.pk}" if last else "")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _key(text: str) -> tuple[date, uuid.UUID] | None:
    day, _separator, pk = text.partition("~")
    try:
        return (date.fromisoformat(day), uuid.UUID(pk))
    except ValueError:
        return None
