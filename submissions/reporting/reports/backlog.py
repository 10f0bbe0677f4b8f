"""Report the submissions that wait for a decision now, by waiting time."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.core import clock
from submissions.models import Submission, User
from submissions.reporting.reports.date_range import Window, listed
from submissions.reporting.reports.table import Chart, Report, name, number
from submissions.search.filters import HOURS, WAITED


def labels() -> dict[str, str]:
    return {
        "1h": _("under 1 h"),
        "4h": _("1 to 4 h"),
        "12h": _("4 to 12 h"),
        "24h": _("12 to 24 h"),
        "more": _("over 24 h"),
    }


def report(user: User, window: Window) -> Report:
    """Report the whole queue to every reviewer, because every reviewer sees all of it."""
    counted = Submission.objects.awaiting_review().aggregate(**_bands())
    named = labels()
    rows = [
        [
            name(named[key]),
            number(counted[f"all_{key}"], listed(status="in_review", waited=key)),
            number(counted[f"over_{key}"], listed(status="in_review", waited=key, late="1")),
        ]
        for key in WAITED
    ]
    chart = Chart(
        "bar",
        [named[key] for key in WAITED],
        [(pgettext("number of submissions", "Waiting"), [counted[f"all_{key}"] for key in WAITED])],
    )
    heads = [_("Waiting for"), _("Submissions"), _("of these past their target")]
    return Report("waiting", _("Waiting by age, now"), heads, rows, chart=chart)


def _bands() -> dict[str, Any]:
    now = clock.now()
    bands: dict[str, Any] = {}
    for key, (min_hours, max_hours) in WAITED.items():
        band = Q(pending_at__lte=now - min_hours * HOURS)
        if max_hours is not None:
            band &= Q(pending_at__gt=now - max_hours * HOURS)
        bands[f"all_{key}"] = Count("id", filter=band)
        bands[f"over_{key}"] = Count("id", filter=band & Q(target_at__lt=now))
    return bands
