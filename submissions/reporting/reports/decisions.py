"""Report decisions: number per day, duration, and approval rate."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.core.vendor_text import named
from submissions.models import Route, Source, Status, User
from submissions.models.submission import DECIDED, SubmissionQuerySet
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.percentiles import WANTED, PercentileCont, between, percentile
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import (
    Cell,
    Chart,
    Report,
    day_name,
    duration,
    name,
    number,
    share,
    time_chart,
)

Timed = dict[Any, tuple[int, list[timedelta | None]]]
Counted = dict[Any, tuple[int, int]]  # approved, rejected
MEDIAN, SLOWEST = 2, 4  # columns of the tables of durations


def timed(rows: SubmissionQuerySet, by: str) -> Timed:
    """Return the number, and p50, p75 and p95 from pending to decided, for each value of `by` ("day" or a column)."""
    rows = rows.filter(source=Source.REVIEWER, pending_at__isnull=False)
    if connection.vendor == "postgresql":
        return _timed_by_database(rows, by)
    moments = rows.values_list(by if by != "day" else "decided_at", "pending_at", "decided_at")
    groups: dict[Any, list[timedelta]] = defaultdict(list)
    for key, pending, decided in moments:
        groups[timezone.localtime(key).date() if by == "day" else key].append(decided - pending)
    return {
        key: (len(values), [percentile(values, fraction) for fraction in WANTED])
        for key, found in groups.items()
        if (values := sorted(found))
    }


def _timed_by_database(rows: SubmissionQuerySet, by: str) -> Timed:
    keyed: Any = rows.annotate(day=TruncDate("decided_at")) if by == "day" else rows
    took = between("pending_at", "decided_at")
    wanted = {f"p{at}": PercentileCont(took, fraction) for at, fraction in enumerate(WANTED)}
    grouped = keyed.order_by().values(by).annotate(many=Count("id"), **wanted)
    return {row[by]: (row["many"], [row[name] for name in wanted]) for row in grouped}


def _times(key: Any, found: Timed, link: str) -> list[Cell]:
    return [duration(value, link) for value in found.get(key, (0, [None] * len(WANTED)))[1]]


def _time_heads(who: str) -> list[str]:
    return [who, pgettext("number of decisions", "Decided"), _("Median"), _("75th percentile"), _("95th percentile")]


def time_per_day(user: User, window: Window) -> Report:
    found = timed(closed_in(user, window), "day")
    links = {day: window.on(day).decided(**{**own(user), "source": "reviewer"}) for day in window.days}
    rows = [
        [day_name(day), number(_many(day, found), links[day]), *_times(day, found, links[day])] for day in window.days
    ]
    chart = time_chart("line", {MEDIAN: "accent", SLOWEST: "accent-2"}, rows)
    note = named(_("From Pending review to the decision that ARGOS confirmed."), window.vendor_name)
    return Report("time-per-day", _("Time to decision"), _time_heads(_("Day")), rows, note, chart)


def _many(key: Any, found: Timed) -> int:
    return found.get(key, (0, []))[0]


def time_per_person(user: User, window: Window) -> Report:
    found = timed(closed_in(user, window), "decided_by__username")
    people = sorted(found, key=lambda username: -found[username][0])
    names = names_of(people)
    rows = [
        [
            name(names.get(username, username)),
            number(_many(username, found), window.decided(decided_by=username)),
            *_times(username, found, window.decided(decided_by=username)),
        ]
        for username in people
    ]
    heads = _time_heads(pgettext("person who decides", "Officer"))
    chart = time_chart("hbar", {MEDIAN: "accent", SLOWEST: "accent-2"}, rows)
    return Report("time-per-person", _("Time to decision by officer"), heads, rows, chart=chart)


def names_of(usernames: list[str]) -> dict[str, str]:
    return dict(User.objects.filter(username__in=usernames).values_list("username", "name"))


def _answers(rows: SubmissionQuerySet, *by: str) -> Counted:
    """Count approved and rejected for each value of the columns."""
    keyed: Any = rows.filter(status__in=DECIDED).annotate(day=TruncDate("decided_at")).order_by()
    counted = keyed.values(*by).annotate(
        yes=Count("id", filter=Q(status=Status.APPROVED)), no=Count("id", filter=Q(status=Status.REJECTED))
    )
    return {tuple(row[column] for column in by): (row["yes"], row["no"]) for row in counted}


def _answer_cells(counted: tuple[int, int], window: Window, by: dict[str, str]) -> list[Cell]:
    yes, no = counted
    return [
        number(yes, window.decided(status=Status.APPROVED, **by)),
        number(no, window.decided(status=Status.REJECTED, **by)),
        share(yes, yes + no, window.decided(status="decided", **by)),
    ]


def _answer_heads(what: str) -> list[str]:
    return [what, _("Approved"), _("Rejected"), _("Approval rate")]


def _days(user: User, window: Window) -> list[list[Cell]]:
    counted = _answers(closed_in(user, window), "day")

    def row(day: date) -> list[Cell]:
        return [day_name(day), *_answer_cells(counted.get((day,), (0, 0)), window.on(day), own(user))]

    return [row(day) for day in window.days]


def per_day(user: User, window: Window) -> Report:
    rows = [row[:3] for row in _days(user, window)]
    chart = Chart("bar", {1: "accent", 2: "bad"}, is_stacked=True)
    return Report("decisions-per-day", _("Decisions per day"), _answer_heads(_("Day"))[:3], rows, chart=chart)


def rate_per_day(user: User, window: Window) -> Report:
    rows = [[row[0], row[3]] for row in _days(user, window)]
    heads = [_("Day"), _("Approval rate")]
    chart = Chart("line", {1: "accent"}, unit="%", is_whole=False, ends=(0, 100))
    return Report("approval-per-day", _("Approval rate"), heads, rows, chart=chart)


def per_person(user: User, window: Window) -> Report:
    """Report the decisions of users; `per_source` has those of ARGOS and of the deadline."""
    counted = _answers(closed_in(user, window).filter(decided_by__isnull=False), "decided_by__username")
    people = sorted(counted, key=lambda key: -sum(counted[key]))
    names = names_of([username for (username,) in people])
    rows = [
        [
            name(names.get(username, username)),
            *_answer_cells(counted[(username,)], window, {"decided_by": username}),
        ]
        for (username,) in people
    ]
    heads = _answer_heads(pgettext("person who decides", "Officer"))
    chart = Chart("hbar", {1: "accent", 2: "bad"}, is_stacked=True)
    return Report("approval", _("Decisions by officer"), heads, rows, chart=chart)


def per_source(user: User, window: Window) -> Report:
    """Report by source: ARGOS, an officer, or the 24-hour limit."""
    counted = _answers(closed_in(user, window), "source")
    labels = {
        Source.VENDOR: window.vendor_name,
        Source.REVIEWER: pgettext("person who decides", "Officer"),
        Source.TIMEOUT: _("24-hour limit"),
    }
    rows = [
        [name(labels[source]), *_answer_cells(counted[(source,)], window, {**own(user), "source": source})]
        for (source,) in sorted(counted, key=lambda key: -sum(counted[key]))
        if source
    ]
    heads = _answer_heads(_("Decided by"))
    return Report("sources", _("Decisions by source"), heads, rows, meter=1, is_wide=True)


def per_route(user: User, window: Window) -> Report:
    """Return the submissions that ended, by the route on which they reached ARGOS."""
    counted = (
        closed_in(user, window)
        .order_by()
        .values("route")
        .annotate(
            all=Count("id"),
            approved=Count("id", filter=Q(status=Status.APPROVED)),
            rejected=Count("id", filter=Q(status=Status.REJECTED)),
        )
    )
    rows = [
        [
            name(str(Route(row["route"]).label)),
            number(row["all"], window.decided(route=row["route"], **own(user))),
            number(row["approved"], window.decided(route=row["route"], status=Status.APPROVED.value, **own(user))),
            number(row["rejected"], window.decided(route=row["route"], status=Status.REJECTED.value, **own(user))),
        ]
        for row in sorted(counted, key=lambda row: row["route"])
    ]
    heads = [_("Route"), pgettext("number of submissions", "Ended"), _("Approved"), _("Rejected")]
    return Report("routes", named(_("Routes to ARGOS"), window.vendor_name), heads, rows, meter=1)
