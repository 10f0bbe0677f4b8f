"""Filters of a list: a URL parameter, the condition that each of its values means, and its label.

The list (`search.filters`) and the queue (`search.queue_filters`) define theirs with these functions.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from argos import matrix
from argos.characters import normalise
from argos.matrix.formats import parse_date
from submissions.core import vendor_text
from submissions.models import SkippedCheck, User
from submissions.models.submission import SubmissionQuerySet
from submissions.workflow.role_permissions import user_can_see_queue

Condition = Callable[[User, str], Q | None]

YEARS = (2000, 2100)
MAX_LENGTH = 120
NONE = "-"  # nobody, no code
ANY = "any"


@dataclass(frozen=True)
class Filter:
    """`condition`: of (user, value), returns None for an invalid value. `label`: for a filter without a field."""

    condition: Condition
    label: str | Promise = ""


Filters = Mapping[str, Filter]


def values_of(filters: Filters, params: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each filter that the parameters set, by name."""
    return {name: normalise(params[name])[:MAX_LENGTH] for name in filters if params.get(name, "").strip()}


def shortened(posted: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return what a filter form set, for an address: without empty parts, each as long as a filter is read."""
    return {name: text[:MAX_LENGTH] for name in names if (text := posted.get(name, "").strip())}


def narrow(
    rows: SubmissionQuerySet, filters: Filters, user: User, values: dict[str, str]
) -> tuple[SubmissionQuerySet, list[str]]:
    """Return the filtered rows and a message about each invalid value, which is removed from `values`."""
    messages = []
    for name, value in list(values.items()):
        # PostgreSQL refuses NUL in a text.
        condition = None if "\0" in value else filters[name].condition(user, value)
        if condition is None:
            messages.append(vendor_text.left_out(name, value))
            del values[name]
        else:
            rows = rows.filter(condition)
    return rows, messages


def one_of(column: str, values: Iterable[str]) -> Condition:
    allowed = frozenset(values)
    return lambda user, value: Q(**{column: value}) if value in allowed else None


def flag(condition: Callable[[User], Q]) -> Condition:
    return lambda user, value: condition(user) if value == "1" else None


def choice(conditions: Callable[[], Mapping[str, Q]]) -> Condition:
    """`conditions`: by value, built for each request because they may contain the current time."""
    return lambda user, value: conditions().get(value)


def project(user: User, value: str) -> Q | None:
    try:
        return Q(project=uuid.UUID(value))
    except ValueError:
        return None


def skipped_check(user: User, value: str) -> Q | None:
    """Match the submissions of which ARGOS skipped a check: "any", or that one. Reviewers only."""
    if not user_can_see_queue(user):
        return None
    if value == ANY:
        return Q(has_skipped_check=True)
    rows = SkippedCheck.objects.of_name(value).order_by()
    return Q(has_skipped_check=True, pk__in=rows.values("submission_id"))


def country(user: User, value: str) -> Q | None:
    """Take a country's code or name; old saved views have the name behind the code."""
    codes = (matrix.country_code(text) for text in (value, value.partition(" ")[0]))
    return next((Q(issuing_country=code) for code in codes if matrix.is_country(code)), None)


def person(column: str) -> Condition:
    """Take a user name, or NONE for nobody."""

    def condition(user: User, value: str) -> Q | None:
        if value == NONE:
            return Q(**{f"{column}__isnull": True})
        found = User.objects.filter(username=value).first()
        return Q(**{column: found}) if found else None

    return condition


def day(value: str) -> date | None:
    """Return a day written as YYYY-MM-DD between 2000 and 2100; None for anything else."""
    parsed = parse_date(value)
    return parsed if parsed and YEARS[0] <= parsed.year <= YEARS[1] else None


def start_of(local: date) -> datetime:
    """Return midnight of that day in the current user's time zone."""
    return timezone.make_aware(datetime(local.year, local.month, local.day))


def from_day(column: str) -> Condition:
    def condition(user: User, value: str) -> Q | None:
        first = day(value)
        return Q(**{f"{column}__gte": start_of(first)}) if first else None

    return condition


def to_day(column: str) -> Condition:
    def condition(user: User, value: str) -> Q | None:
        last = day(value)
        return Q(**{f"{column}__lt": start_of(last + timedelta(days=1))}) if last else None

    return condition


def is_day(user: User, value: str) -> Q | None:
    """For a day that another filter reads."""
    return Q() if day(value) else None
