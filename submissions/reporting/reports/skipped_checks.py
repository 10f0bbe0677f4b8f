"""Report the checks that ARGOS skipped, among the submissions decided in the period, and how many were approved."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from submissions.core.vendor_text import named
from submissions.models import SkippedCheck, Source, Status, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Report, name, number
from submissions.signals import warning_texts

APPROVED = Q(submission__status=Status.APPROVED)


def report(user: User, window: Window) -> Report:
    rows: Any = SkippedCheck.objects.named().filter(submission__in=closed_in(user, window)).order_by()
    counted = rows.values("name").annotate(
        all=Count("submission", distinct=True),
        approved=Count("submission", distinct=True, filter=APPROVED),
        automatic=Count("submission", distinct=True, filter=APPROVED & Q(submission__source=Source.VENDOR)),
    )
    ordered = sorted(counted, key=lambda row: (-row["all"], row["name"]))
    argos = window.vendor_name
    heads = [_("Check"), _("Submissions"), _("Approved"), named(_("Approved by ARGOS"), argos)]
    note = _("ARGOS skipped the check and continued. No officer acknowledged it where ARGOS approved.")
    made = [_row(user, window, row) for row in ordered]
    title = named(_("Checks skipped by ARGOS"), argos)
    return Report("skipped-checks", title, heads, made, note=named(note, argos), meter=1)


def _row(user: User, window: Window, row: dict[str, Any]) -> list[Cell]:
    filters = {"skipped": row["name"], **own(user)}
    approved = {**filters, "status": Status.APPROVED.value}
    return [
        name(warning_texts.label_of_code(row["name"])),
        number(row["all"], window.decided(**filters)),
        number(row["approved"], window.decided(**approved)),
        number(row["automatic"], window.decided(**approved, source=Source.VENDOR.value)),
    ]
