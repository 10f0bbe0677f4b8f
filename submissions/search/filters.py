"""The list of submissions as a set: its filters, each on a column that is not personal, and the order they ask for.

The list's page, its exports and the numbers of the reports all come through `matching()`, so they cannot disagree.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, UUIDField, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from argos import matrix
from argos.characters import normalise
from argos.matrix.formats import parse_date
from submissions.core import clock, vendor_text
from submissions.models import Event, Project, Source, Status, Team, User
from submissions.models.submission import DECIDED, IN_REVIEW, SubmissionQuerySet
from submissions.search import blind_index

RETRIES = ("step1_retry_wanted", "try_not_accepted")  # the events that carry a retry code
YEARS = (2000, 2100)
RECENT = timedelta(days=31)
HOURS = timedelta(hours=1)
# How long a pending one has waited: from, up to (hours).
WAITED = {"1h": (0, 1), "4h": (1, 4), "12h": (4, 12), "24h": (12, 24), "more": (24, None)}
STATUS_GROUPS = {"in_review": IN_REVIEW, "decided": DECIDED}
BY_DECISION = ("decided_from", "decided_to", "decided_by", "code", "target", "limit")
WINDOWED = {"code": ("decided_from", "decided_to"), "retry": ("retry_from", "retry_to")}
MAX_LENGTH = 120
NONE = "-"  # nobody, no code


@dataclass(frozen=True)
class Matching:
    """`told`: a sentence about each filter that was left out or filled in; `column`: what the list is sorted by."""

    rows: SubmissionQuerySet
    column: str
    told: list[str] = field(default_factory=list)


def matching(user: User, given: Mapping[str, str]) -> Matching:
    """What this person may see under the URL's filters. A value that means nothing is said and left out."""
    text = blind_index.asked_in(given)
    rows = blind_index.sought(user, text)
    values = {name: normalise(given[name])[:MAX_LENGTH] for name in FILTERS if given.get(name, "").strip()}
    told = _fill_windows(values)
    if text is None:
        told.append(_("What was searched for is no longer known here: type it again."))
    for name, value in list(values.items()):
        condition = None if "\0" in value else FILTERS[name](user, value)
        if condition is None:
            told.append(vendor_text.left_out(name, value))
            del values[name]
        else:
            rows = rows.filter(condition)
    if "retry" in values:
        rows = rows.filter(pk__in=_retried(values))
    if values.keys() & set(BY_DECISION):
        return Matching(rows.filter(decided_at__isnull=False), "decided_at", told)
    return Matching(rows, "created_at", told)


def offered(user: User) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(id, name) of every project, and of every team where the person sees more than one; in one query."""
    found = sorted(_projects_and_teams() if user.is_reviewer else _projects(), key=lambda row: row[2])
    return (
        [(str(project), name) for project, _none, name in found if project],
        [(str(team), name) for _none, team, name in found if team],
    )


def _projects() -> "QuerySet[Any, Any]":
    return Project.objects.values_list("pk", Value(None, output_field=BigIntegerField()), "name").order_by()


def _projects_and_teams() -> "QuerySet[Any, Any]":
    teams = Team.objects.values_list(Value(None, output_field=UUIDField()), "pk", "name").order_by()
    return _projects().union(teams, all=True)


def _fill_windows(values: dict[str, str]) -> list[str]:
    """A code alone would mean reading everything, so without days it means the last 31."""
    told = []
    for name, window in WINDOWED.items():
        if name in values and not values.keys() & set(window):
            values[window[0]] = (timezone.localtime(clock.now()) - RECENT).date().isoformat()
            told.append(
                _("Shown are the last 31 days; add %(name)s=YYYY-MM-DD for earlier ones.") % {"name": window[0]}
            )
    told += [
        _("“%(first)s” is after “%(last)s”, so nothing can match.") % {"first": first, "last": last}
        for first, last in (("created_from", "created_to"), ("decided_from", "decided_to"), ("retry_from", "retry_to"))
        if _is_reversed(values.get(first, ""), values.get(last, ""))
    ]
    return told


def _is_reversed(first: str, last: str) -> bool:
    start, end = day(first), day(last)
    return start is not None and end is not None and start > end


def day(value: str) -> date | None:
    """A day written as YYYY-MM-DD between 2000 and 2100; None for anything else."""
    found = parse_date(value)
    return found if found and YEARS[0] <= found.year <= YEARS[1] else None


def start_of(found: date) -> datetime:
    """Midnight of that day where the portal stands (TIME_ZONE)."""
    return timezone.make_aware(datetime(found.year, found.month, found.day))


def _retried(values: Mapping[str, str]) -> "QuerySet[Event, uuid.UUID | None]":
    """Ids of those that were asked again for this code in the window."""
    asked = Event.objects.filter(kind__in=RETRIES, fields__retry_code=values["retry"])
    if first := day(values.get("retry_from", "")):
        asked = asked.filter(at__gte=start_of(first))
    if last := day(values.get("retry_to", "")):
        asked = asked.filter(at__lt=start_of(last + timedelta(days=1)))
    return asked.values_list("submission_id", flat=True)


Narrow = Callable[[User, str], Q | None]


def _status(user: User, value: str) -> Q | None:
    if value in STATUS_GROUPS:
        return Q(status__in=STATUS_GROUPS[value])
    return Q(status=value) if value in Status.values else None


def _project(user: User, value: str) -> Q | None:
    found = next((pk for pk in Project.objects.values_list("pk", flat=True) if str(pk) == value), None)
    return Q(project=found) if found else None


def _id_type(user: User, value: str) -> Q | None:
    return Q(id_type=value) if value in matrix.ID_TYPES else None


def _country(user: User, value: str) -> Q | None:
    code = matrix.country_code(value)
    return Q(issuing_country=code) if matrix.is_country(code) else None


def _team(user: User, value: str) -> Q | None:
    found = Team.objects.filter(pk=value).first() if value.isdecimal() and len(value) < 10 else None
    return Q(team=found) if found else None


def _mine(user: User, value: str) -> Q | None:
    return Q(created_by=user) if value == "1" else None


def _tries(user: User, value: str) -> Q | None:
    return Q(selfies_sent=int(value)) if value in ("0", "1", "2", "3") else None


def _person(column: str) -> Narrow:
    def narrow(user: User, value: str) -> Q | None:
        if value == NONE:
            return Q(**{f"{column}__isnull": True})
        found = User.objects.filter(username=value).first()
        return Q(**{column: found}) if found else None

    return narrow


def _from(column: str) -> Narrow:
    def narrow(user: User, value: str) -> Q | None:
        found = day(value)
        return Q(**{f"{column}__gte": start_of(found)}) if found else None

    return narrow


def _to(column: str) -> Narrow:
    def narrow(user: User, value: str) -> Q | None:
        found = day(value)
        return Q(**{f"{column}__lt": start_of(found + timedelta(days=1))}) if found else None

    return narrow


def _is_day(user: User, value: str) -> Q | None:
    return Q() if day(value) else None


def _any(user: User, value: str) -> Q | None:
    return Q()


def _code(user: User, value: str) -> Q | None:
    """Our reason where a person rejected, else the first of the vendor's codes."""
    if value == NONE:
        return Q(status=Status.REJECTED, reason_code="", vendor_codes=[])
    return Q(status=Status.REJECTED) & (Q(reason_code=value) | Q(reason_code="", vendor_codes__0=value))


def _source(user: User, value: str) -> Q | None:
    return Q(source=value) if value in Source.values else None


def _target(user: User, value: str) -> Q | None:
    return {"met": Q(decided_at__lte=F("target_at")), "missed": Q(decided_at__gt=F("target_at"))}.get(value)


def _limit(user: User, value: str) -> Q | None:
    """The vendor's 24 hours: missed when they closed it, or when no selfie was sent in them."""
    missed = Q(source=Source.TIMEOUT) | Q(status=Status.ABANDONED, step1_started_at__isnull=False)
    return {"met": Q(status__in=DECIDED) & ~Q(source=Source.TIMEOUT), "missed": missed}.get(value)


def _waited(user: User, value: str) -> Q | None:
    if value not in WAITED:
        return None
    now, (least, most) = clock.now(), WAITED[value]
    waited = Q(status__in=IN_REVIEW, pending_at__lte=now - least * HOURS)
    return waited if most is None else waited & Q(pending_at__gt=now - most * HOURS)


def _late(user: User, value: str) -> Q | None:
    return Q(status__in=IN_REVIEW, target_at__lt=clock.now()) if value == "1" else None


FILTERS: dict[str, Narrow] = {
    "status": _status,
    "project": _project,
    "id_type": _id_type,
    "country": _country,
    "team": _team,
    "mine": _mine,
    "tries": _tries,
    "created_from": _from("created_at"),
    "created_to": _to("created_at"),
    "decided_from": _from("decided_at"),
    "decided_to": _to("decided_at"),
    "decided_by": _person("decided_by"),
    "captured_by": _person("created_by"),
    "source": _source,
    "code": _code,
    "retry": _any,
    "retry_from": _is_day,
    "retry_to": _is_day,
    "target": _target,
    "limit": _limit,
    "waited": _waited,
    "late": _late,
}
