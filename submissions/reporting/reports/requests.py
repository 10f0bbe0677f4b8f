"""Report requests to ARGOS: number by kind, outcomes, and response times."""

from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.core.vendor_text import named
from submissions.models import Call, CallKind, CallState, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.percentiles import PercentileCont, between, percentile
from submissions.reporting.reports.table import Report, duration_in_seconds, name, number, share
from submissions.workflow import review_area

ENDS = {
    "answered": Q(state=CallState.ANSWERED),
    "refused": Q(state=CallState.REFUSED),
    "unknown": Q(state__in=(CallState.UNKNOWN, CallState.SETTLED)),
}


def report(user: User, window: Window) -> Report:
    """Report all requests of the user's review area: a request belongs to no officer."""
    counts: dict[str, Any] = {key: Count("id", filter=condition) for key, condition in ENDS.items()}
    if connection.vendor == "postgresql":
        counts["median"] = PercentileCont(between("sent_at", "ended_at"), 0.5, filter=ENDS["answered"])
    sent: Any = Call.objects.filter(prepared_at__gte=window.start, prepared_at__lt=window.end, sent_at__isnull=False)
    sent = sent.filter(window.of_project("submission__project"), review_area.condition(user, "submission__"))
    found = sent.order_by().values("kind").annotate(many=Count("id"), **counts)
    by_kind = {row["kind"]: row for row in found}
    rows = [
        [
            name(str(kind.label)),
            number(row["many"]),
            number(row["answered"]),
            number(row["refused"]),
            number(row["unknown"]),
            share(row["answered"], row["many"]),
            duration_in_seconds(row["median"] if "median" in row else _median(sent.filter(kind=kind))),
        ]
        for kind in CallKind
        if (row := by_kind.get(kind))
    ]
    heads = [
        _("Request"),
        pgettext("requests", "Sent"),
        _("Answered"),
        _("Refused"),
        _("Outcome unknown"),
        _("Answered, share"),
        _("Median time"),
    ]
    note = _("Refused: ARGOS answered with an error. Outcome unknown: read back later, or still being checked.")
    argos = window.vendor_name
    return Report("requests", named(_("ARGOS requests"), argos), heads, rows, named(note, argos), is_wide=True)


def _median(sent: Any) -> Any:
    moments = sent.filter(ENDS["answered"]).values_list("sent_at", "ended_at")
    return percentile(sorted(ended - started for started, ended in moments), 0.5)
