"""Report the number of selfies per approval."""

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from submissions.models import Status, User
from submissions.models.submission import MAX_TRIES
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Report, change, name, number, percent, share


def report(user: User, window: Window) -> Report:
    now, before = _counted(user, window), _counted(user, window.previous)
    rows = [_row(user, window, sent, now, before) for sent in range(MAX_TRIES + 1) if sent or now.get(0)]
    heads = [_("Attempts"), _("Approved"), _("Share"), pgettext("since the period before", "Change")]
    return Report("tries", _("Attempts per approval"), heads, rows, meter=1)


def _counted(user: User, window: Window) -> dict[int, int]:
    approved = closed_in(user, window).filter(status=Status.APPROVED)
    return dict(approved.order_by().values_list("selfies_sent").annotate(many=Count("id")))


def _row(user: User, window: Window, sent: int, now: dict[int, int], before: dict[int, int]) -> list[Cell]:
    many, total = now.get(sent, 0), sum(now.values())
    was = percent(before.get(sent, 0), sum(before.values()))
    better = "" if sent == 0 else "more" if sent == 1 else "fewer"
    return [
        name(ngettext("%(count)d attempt", "%(count)d attempts", sent) % {"count": sent}),
        number(many, window.decided(status=Status.APPROVED, tries=str(sent), **own(user))),
        share(many, total, window.decided(status=Status.APPROVED, **own(user))),
        change(percent(many, total), was, unit=_(" pt"), is_better=better),
    ]
