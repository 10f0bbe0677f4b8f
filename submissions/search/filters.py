"""The filters and order of the list of submissions, each on a column that is not personal.

The list page, its exports and the numbers of the reports all use `matching()`, so they cannot disagree.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from argos import matrix
from submissions.core import clock
from submissions.models import AmlReview, Event, Route, SkippedCheck, Source, Status, Team, User
from submissions.models.report_consideration import considered, not_considered
from submissions.models.submission import DECIDED, IN_REVIEW, SENDING, SubmissionQuerySet
from submissions.search import blind_index, filter_engine
from submissions.search.filter_engine import NONE, Filter, day, start_of
from submissions.workflow import review_area
from submissions.workflow.role_permissions import is_limited_to_team, user_can_see_queue

RETRIES = ("step1_retry_wanted", "try_not_accepted")  # the events that carry a retry code
RECENT = timedelta(days=31)
HOURS = timedelta(hours=1)
# Waiting time of pending submissions: from, up to (hours).
WAITED = {"1h": (0, 1), "4h": (1, 4), "12h": (4, 12), "24h": (12, 24), "more": (24, None)}
STATUS_GROUPS = {"in_review": IN_REVIEW, "decided": DECIDED, "sending": SENDING}
BY_DECISION = ("decided_from", "decided_to", "decided_by", "code", "target", "limit")
WINDOWED = {"code": ("decided_from", "decided_to"), "retry": ("retry_from", "retry_to")}


@dataclass(frozen=True)
class Matching:
    """`messages`: about each ignored or completed filter. `column`: the list's order."""

    rows: SubmissionQuerySet
    column: str
    messages: list[str] = field(default_factory=list)


def matching(user: User, params: Mapping[str, str]) -> Matching:
    """Return the submissions that this user may see under the URL's filters."""
    text = blind_index.asked_in(params)
    values = filter_engine.values_of(FILTERS, params)
    messages = _fill_windows(values)
    if text is None:
        messages.append(_("This search link has expired. Search again."))
    rows, left_out = filter_engine.narrow(blind_index.sought(user, text), FILTERS, user, values)
    messages += left_out
    if "retry" in values:
        rows = rows.filter(pk__in=_retried(values))
    if values.keys() & set(BY_DECISION):
        return Matching(rows.filter(decided_at__isnull=False), "decided_at", messages)
    return Matching(rows, "created_at", messages)


# PostgreSQL takes a bare NULL of a SELECT DISTINCT for a text, which is in no union with an id.
NO_PROJECT, NO_TEAM = Cast(Value(None), UUIDField()), Cast(Value(None), BigIntegerField())


class Offered(NamedTuple):
    """What filters offer: (id, name) of projects and teams, and the names of checks that ARGOS skipped."""

    projects: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    skipped: list[str]


def offered(user: User) -> Offered:
    """Return the user's projects, and their teams and skipped checks if they see several teams, with one query."""
    rows = sorted(_projects(user) if is_limited_to_team(user) else _projects_and_more(user), key=lambda row: row[2])
    return Offered(
        [(str(project), name) for project, _none, name in rows if project],
        [(str(team), name) for _none, team, name in rows if team],
        [name for project, team, name in rows if not project and not team],
    )


def _projects(user: User) -> "QuerySet[Any, Any]":
    return review_area.projects(user).values_list("pk", NO_TEAM, "name").order_by()


def _projects_and_more(user: User) -> "QuerySet[Any, Any]":
    teams = review_area.teams(user).values_list(NO_PROJECT, "pk", "name").order_by()
    skipped = [SkippedCheck.objects.offered(NO_PROJECT, NO_TEAM)] if user_can_see_queue(user) else []
    return _projects(user).union(teams, *skipped, all=True)


def _fill_windows(values: dict[str, str]) -> list[str]:
    """Limit a code without days to the last 31, because it would read the whole table; return messages."""
    messages = []
    for name, window in WINDOWED.items():
        if name in values and not values.keys() & set(window):
            values[window[0]] = (timezone.localtime(clock.now()) - RECENT).date().isoformat()
            messages.append(
                _("Shown are the last 31 days; add %(name)s=YYYY-MM-DD for earlier ones.") % {"name": window[0]}
            )
    messages += [
        _("“%(first)s” is after “%(last)s”, so nothing can match.") % {"first": first, "last": last}
        for first, last in (("created_from", "created_to"), ("decided_from", "decided_to"), ("retry_from", "retry_to"))
        if _is_reversed(values.get(first, ""), values.get(last, ""))
    ]
    return messages


def _is_reversed(first: str, last: str) -> bool:
    start, end = day(first), day(last)
    return start is not None and end is not None and start > end


def _retried(values: Mapping[str, str]) -> "QuerySet[Event, uuid.UUID | None]":
    """Return the ids of submissions that the vendor asked again for this code in the window."""
    retries = Event.objects.filter(kind__in=RETRIES, fields__retry_code=values["retry"])
    if first := day(values.get("retry_from", "")):
        retries = retries.filter(at__gte=start_of(first))
    if last := day(values.get("retry_to", "")):
        retries = retries.filter(at__lt=start_of(last + timedelta(days=1)))
    return retries.values_list("submission_id", flat=True)


def _status(user: User, value: str) -> Q | None:
    if value in STATUS_GROUPS:
        return Q(status__in=STATUS_GROUPS[value])
    return Q(status=value) if value in Status.values else None


def _team(user: User, value: str) -> Q | None:
    team = Team.objects.filter(pk=value).first() if value.isdecimal() and len(value) < 10 else None
    return Q(team=team) if team else None


def _any(user: User, value: str) -> Q | None:
    return Q()


def _code(user: User, value: str) -> Q | None:
    """Match our reason if a reviewer rejected, else the first of the vendor's codes."""
    if value == NONE:
        return Q(status=Status.REJECTED, reason_code="", vendor_codes=[])
    return Q(status=Status.REJECTED) & (Q(reason_code=value) | Q(reason_code="", vendor_codes__0=value))


def _target() -> dict[str, Q]:
    return {"met": Q(decided_at__lte=F("target_at")), "missed": Q(decided_at__gt=F("target_at"))}


def _limit() -> dict[str, Q]:
    """Match by the vendor's 24 hours: missed if they closed the submission, or if no selfie was sent within them."""
    missed = Q(source=Source.TIMEOUT) | Q(status=Status.ABANDONED, step1_started_at__isnull=False)
    return {"met": Q(status__in=DECIDED) & ~Q(source=Source.TIMEOUT), "missed": missed}


def _waited(user: User, value: str) -> Q | None:
    if value not in WAITED:
        return None
    now, (min_hours, max_hours) = clock.now(), WAITED[value]
    waited = Q(status__in=IN_REVIEW, pending_at__lte=now - min_hours * HOURS)
    return waited if max_hours is None else waited & Q(pending_at__gt=now - max_hours * HOURS)


def _aml(user: User, value: str) -> Q | None:
    """Match AML results, for those who review: nobody else learns of the screening."""
    if not user.is_reviewer:
        return None
    return {
        "hit": Q(aml_result__is_hit=True),
        "open": Q(pk__in=AmlReview.objects.waiting().order_by().values("submission_id")),
        "clear": Q(aml_result__is_hit=False),
    }.get(value)


def _report(user: User, value: str) -> Q | None:
    """Match the consideration of a suspicious transaction report, for those who review, as `_aml`."""
    if not user.is_reviewer:
        return None
    return {"missing": not_considered(), "considered": considered()}.get(value)


def _late(user: User) -> Q:
    return Q(status__in=IN_REVIEW, target_at__lt=clock.now())


FILTERS: dict[str, Filter] = {
    "status": Filter(_status),
    "project": Filter(filter_engine.project),
    "id_type": Filter(filter_engine.one_of("id_type", matrix.ID_TYPES)),
    "country": Filter(filter_engine.country),
    "team": Filter(_team),
    "mine": Filter(filter_engine.flag(lambda user: Q(created_by=user))),
    "tries": Filter(filter_engine.one_of("selfies_sent", ("0", "1", "2", "3")), _lazy("Selfies sent")),
    "created_from": Filter(filter_engine.from_day("created_at"), _lazy("Created from")),
    "created_to": Filter(filter_engine.to_day("created_at"), _lazy("Created to")),
    "decided_from": Filter(filter_engine.from_day("decided_at"), _lazy("Decided from")),
    "decided_to": Filter(filter_engine.to_day("decided_at"), _lazy("Decided to")),
    "decided_by": Filter(filter_engine.person("decided_by"), _lazy("Decided by")),
    "captured_by": Filter(filter_engine.person("created_by"), _lazy("Captured by")),
    "source": Filter(filter_engine.one_of("source", Source.values), _lazy("Decided by")),
    "code": Filter(_code, _lazy("Reject reason")),
    "retry": Filter(_any, _lazy("Asked again for")),
    "retry_from": Filter(filter_engine.is_day, _lazy("Asked again from")),
    "retry_to": Filter(filter_engine.is_day, _lazy("Asked again to")),
    "target": Filter(filter_engine.choice(_target), _lazy("Review target")),
    "limit": Filter(filter_engine.choice(_limit), _lazy("24 hours")),
    "waited": Filter(_waited, _lazy("Has waited")),
    "skipped": Filter(filter_engine.skipped_check),
    "route": Filter(filter_engine.one_of("route", Route.values)),
    "aml": Filter(_aml),
    "report": Filter(_report),
    "late": Filter(filter_engine.flag(_late), _lazy("Past its review target")),
}
