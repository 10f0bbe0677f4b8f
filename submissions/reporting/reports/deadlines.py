"""Report deadlines met and missed: the review target, and ARGOS's 24 hours."""

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import Source, Status, User
from submissions.models.submission import DECIDED
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Report, change, name, number, percent, share

COUNTS = {
    "target_met": Q(decided_at__lte=F("target_at")),
    "target_missed": Q(decided_at__gt=F("target_at")),
    "limit_met": Q(status__in=DECIDED) & ~Q(source=Source.TIMEOUT),
    "limit_missed": Q(source=Source.TIMEOUT) | Q(status=Status.ABANDONED, step1_started_at__isnull=False),
}


def counted(user: User, window: Window) -> dict[str, int]:
    counts = {key: Count("id", filter=condition) for key, condition in COUNTS.items()}
    return closed_in(user, window).aggregate(**counts)


def report(user: User, window: Window) -> Report:
    now, before = counted(user, window), counted(user, window.previous)
    limits = {"target": _("Review target"), "limit": _("24-hour limit")}
    rows = [_row(user, window, limit, label, now, before) for limit, label in limits.items()]
    heads = [_("Limit"), _("Met"), _("Missed"), _("Met, share"), pgettext("since the period before", "Change")]
    note = _("24-hour limit missed: ended by the limit, or closed after Step 1 without a selfie.")
    return Report("limits", _("Limits"), heads, rows, note)


def _row(user: User, window: Window, limit: str, label: str, now: dict[str, int], before: dict[str, int]) -> list[Cell]:
    met, missed = f"{limit}_met", f"{limit}_missed"
    rates = [percent(counts[met], counts[met] + counts[missed]) for counts in (now, before)]
    return [
        name(label),
        number(now[met], window.decided(**{limit: "met", **own(user)})),
        number(now[missed], window.decided(**{limit: "missed", **own(user)})),
        share(now[met], now[met] + now[missed]),
        change(*rates, unit=_(" pt"), is_better="more"),
    ]
