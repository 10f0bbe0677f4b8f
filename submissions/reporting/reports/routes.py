"""Report the submissions that ended in the period by the route on which they reached ARGOS."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import Route, Status, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Report, name, number


def report(user: User, window: Window) -> Report:
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
    return Report("routes", _("Routes to ARGOS"), heads, rows, meter=1)
