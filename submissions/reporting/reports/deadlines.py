"""Deadlines met and missed: our review target, and the vendor's 24 hours."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from submissions.models import Source, Status, User
from submissions.models.submission import DECIDED
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Chart, Report, name, number

COUNTS = {
    "target_met": Q(decided_at__lte=F("target_at")),
    "target_missed": Q(decided_at__gt=F("target_at")),
    "limit_met": Q(status__in=DECIDED) & ~Q(source=Source.TIMEOUT),
    "limit_missed": Q(source=Source.TIMEOUT) | Q(status=Status.ABANDONED, step1_started_at__isnull=False),
}


def report(user: User, window: Window) -> Report:
    counts = {key: Count("id", filter=condition) for key, condition in COUNTS.items()}
    closed: Any = closed_in(user, window).annotate(day=TruncDate("decided_at"))
    by_day = {row["day"]: row for row in closed.order_by().values("day").annotate(**counts)}
    rows = [_row(user, day, by_day.get(day, {})) for day in window.days]
    rows.append([name(_("All")), *(_total(user, window, key, by_day.values()) for key in COUNTS)])
    labels = [day.isoformat() for day in window.days]
    series = [
        (label, [by_day.get(day, {}).get(key, 0) for day in window.days])
        for key, label in (("target_missed", _("Target missed")), ("limit_missed", _("24 hours missed")))
    ]
    heads = [_("Day"), _("Target met"), _("Target missed"), _("24 hours kept"), _("24 hours missed")]
    note = _("Missed 24 hours: rejected by the limit, or closed without a selfie after Step 1.")
    return Report("limits", _("Deadlines met and missed"), heads, rows, note, Chart("stacked", labels, series))


def _row(user: User, day: date, counted: dict[str, int]) -> list[Cell]:
    window = Window(day, day)
    return [name(day.isoformat()), *(number(counted.get(key, 0), _link(user, window, key)) for key in COUNTS)]


def _total(user: User, window: Window, key: str, days: Any) -> Cell:
    return number(sum(row[key] for row in days), _link(user, window, key))


def _link(user: User, window: Window, key: str) -> str:
    subject, _underscore, outcome = key.partition("_")
    return window.decided(**{subject: outcome, **own(user)})
