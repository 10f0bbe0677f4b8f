"""Report the number of selfies per approval."""

from django.db.models import Count
from django.utils.translation import gettext as _

from submissions.models import Status, User
from submissions.models.submission import MAX_TRIES
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Chart, Report, name, number, share


def report(user: User, window: Window) -> Report:
    approved = closed_in(user, window).filter(status=Status.APPROVED)
    counted = dict(approved.order_by().values_list("selfies_sent").annotate(many=Count("id")))
    steps = [sent for sent in range(MAX_TRIES + 1) if sent or counted.get(0)]
    total = sum(counted.values())
    rows = [
        [
            name(str(sent)),
            number(counted.get(sent, 0), window.decided(status=Status.APPROVED, tries=str(sent), **own(user))),
            share(counted.get(sent, 0), total, window.decided(status=Status.APPROVED, **own(user))),
        ]
        for sent in steps
    ]
    chart = Chart("bar", [str(sent) for sent in steps], [(_("Approvals"), [counted.get(sent, 0) for sent in steps])])
    heads = [_("Selfies sent"), _("Approvals"), _("Share")]
    return Report("tries", _("Tries used per approval"), heads, rows, chart=chart)
