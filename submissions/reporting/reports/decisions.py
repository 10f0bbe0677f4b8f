"""Report the time to decision per day and per reviewer, and the approval rate."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import Source, Status, User
from submissions.models.submission import DECIDED, SubmissionQuerySet
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.percentiles import WANTED, PercentileCont, between, percentile
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Chart, Report, duration, hours, name, number, share

Timed = dict[Any, tuple[int, list[timedelta | None]]]


def _timed(rows: SubmissionQuerySet, by: str) -> Timed:
    """Return the number and p50, p75 and p95 from pending to decided, for each value of `by` ("day" or a column)."""
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
    percentiles = {f"p{at}": PercentileCont(took, fraction) for at, fraction in enumerate(WANTED)}
    grouped = keyed.order_by().values(by).annotate(many=Count("id"), **percentiles)
    return {row[by]: (row["many"], [row[name] for name in percentiles]) for row in grouped}


def _times(key: Any, timed: Timed, link: str) -> list[Cell]:
    return [duration(value, link) for value in timed.get(key, (0, [None] * len(WANTED)))[1]]


def per_day(user: User, window: Window) -> Report:
    timed = _timed(closed_in(user, window), "day")
    heads = [_("Day"), _("Decided here"), _("p50"), _("p75"), _("p95")]
    links = {day: Window(day, day).decided(**{**own(user), "source": "reviewer"}) for day in window.days}
    rows = [
        [name(day.isoformat()), number(_many(day, timed), links[day]), *_times(day, timed, links[day])]
        for day in window.days
    ]
    values = [[hours(timed.get(day, (0, [None] * 3))[1][at]) for day in window.days] for at in range(len(WANTED))]
    series = [(head, line) for head, line in zip(heads[2:], values, strict=True)]
    chart = Chart("line", [day.isoformat() for day in window.days], series, _("hours"))
    note = _("From pending to the verdict the vendor confirmed. Half were decided within p50, 95 of 100 within p95.")
    return Report("time-per-day", _("Time to decision, per day"), heads, rows, note, chart)


def _many(key: Any, timed: Timed) -> int:
    return timed.get(key, (0, []))[0]


def per_person(user: User, window: Window) -> Report:
    timed = _timed(closed_in(user, window), "decided_by__username")
    people = sorted(timed, key=lambda username: -timed[username][0])
    names = names_of(people)
    rows = [
        [
            name(names.get(username, username)),
            number(_many(username, timed), window.decided(decided_by=username)),
            *_times(username, timed, window.decided(decided_by=username)),
        ]
        for username in people
    ]
    series = [
        (_("p50"), [hours(timed[username][1][0]) for username in people]),
        (_("p95"), [hours(timed[username][1][2]) for username in people]),
    ]
    chart = Chart("bar", [names.get(username, username) for username in people], series, _("hours"))
    heads = [_("Reviewer"), pgettext("number of decisions", "Decided"), _("p50"), _("p75"), _("p95")]
    return Report("time-per-person", _("Time to decision, per reviewer"), heads, rows, chart=chart)


def names_of(usernames: list[str]) -> dict[str, str]:
    return dict(User.objects.filter(username__in=usernames).values_list("username", "name"))


def approval(user: User, window: Window) -> Report:
    """Report approvals and rejections per reviewer, and those by the vendor or a deadline."""
    counted: Any = (
        closed_in(user, window)
        .filter(status__in=DECIDED)
        .order_by()
        .values("source", "decided_by__username")
        .annotate(yes=Count("id", filter=Q(status=Status.APPROVED)), no=Count("id", filter=Q(status=Status.REJECTED)))
    )
    counts = sorted(counted, key=lambda row: -(row["yes"] + row["no"]))
    names = names_of([row["decided_by__username"] for row in counts if row["decided_by__username"]])
    rows = [_approval_row(row, names, user, window) for row in counts]
    labels = [row[0].text for row in rows]
    series = [(_("Approved"), [row["yes"] for row in counts]), (_("Rejected"), [row["no"] for row in counts])]
    heads = [_("Decided by"), _("Approved"), _("Rejected"), _("Approval rate")]
    return Report("approval", _("Approval rate"), heads, rows, chart=Chart("stacked", labels, series))


def _approval_row(row: dict[str, Any], names: dict[str, str], user: User, window: Window) -> list[Cell]:
    username = row["decided_by__username"]
    by = {"decided_by": username} if username else {**own(user), "source": row["source"]}
    label = names.get(username, username) if username else str(Source(row["source"]).label)
    return [
        name(label),
        number(row["yes"], window.decided(status=Status.APPROVED, **by)),
        number(row["no"], window.decided(status=Status.REJECTED, **by)),
        share(row["yes"], row["yes"] + row["no"], window.decided(status="decided", **by)),
    ]
