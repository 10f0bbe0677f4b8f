"""Report the submissions in the review queue by waiting time."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import User
from submissions.reporting.reports.date_range import Window, listed
from submissions.reporting.reports.table import Chart, Report, name, number
from submissions.search.filters import HOURS, WAITED
from submissions.workflow.permissions import visible_to


def labels() -> dict[str, str]:
    return {
        "1h": _("under 1 h"),
        "4h": _("1 to 4 h"),
        "12h": _("4 to 12 h"),
        "24h": _("12 to 24 h"),
        "more": _("over 24 h"),
    }


def report(user: User, window: Window) -> Report:
    """Return the report of the user's whole queue, which every reviewer may see."""
    counted = visible_to(user).awaiting_review().filter(window.of_project()).aggregate(**_bands())
    named = labels()
    rows = [
        [
            name(named[key]),
            number(counted[f"all_{key}"], listed(status="in_review", waited=key, **window.project_query)),
            number(counted[f"over_{key}"], listed(status="in_review", waited=key, late="1", **window.project_query)),
        ]
        for key in WAITED
    ]
    heads = [_("In the queue for"), _("Submissions"), _("Past the target")]
    chart = Chart("bar", {1: "accent", 2: "bad"})
    return Report("waiting", _("Review queue by age, now"), heads, rows, chart=chart, is_wide=True)


def _bands() -> dict[str, Any]:
    now = clock.now()
    found: dict[str, Any] = {}
    for key, (least, most) in WAITED.items():
        band = Q(pending_at__lte=now - least * HOURS)
        if most is not None:
            band &= Q(pending_at__gt=now - most * HOURS)
        found[f"all_{key}"] = Count("id", filter=band)
        found[f"over_{key}"] = Count("id", filter=band & Q(target_at__lt=now))
    return found
