"""The reports on quality checks: agreement by officer and reason with its interval, and the drift of the scores."""

from collections.abc import Iterable
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import MonthlyScores, QualityCheck, User, Verdict
from submissions.models.quality import QualityCheckQuerySet
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.table import UNSET, Cell, Chart, Report, name, number, share
from submissions.review import reject_reasons
from submissions.workflow import review_area
from submissions.workflow.role_permissions import user_can_see_all_figures

Z = NormalDist().inv_cdf(0.975)  # of a 95 % interval
MONTHS = 12


def wilson(agreed: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson (1927), as fractions; `of` is at least 1."""
    share, spread = agreed / of, Z * Z / of
    middle, half = share + spread / 2, Z * sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = ((middle + sign * half) / (1 + spread) for sign in (-1, 1))
    return min(share, max(0.0, low)), max(share, min(1.0, high))  # rounding may exceed the share


class Agreement(NamedTuple):
    """How many decisions were judged again, with the same verdict, and with the same verdict for another reason."""

    checked: int
    agreed: int
    other_reason: int


def _checked(user: User, window: Window) -> QualityCheckQuerySet:
    """Return the checks recorded in the window: managers all, officers those of their own decisions."""
    rows: QualityCheckQuerySet = QualityCheck.objects.filter(
        window.of_project("submission__project"),
        review_area.condition(user, "submission__"),
        checked_at__gte=window.start,
        checked_at__lt=window.end,
    )
    return rows if user_can_see_all_figures(user) else rows.filter(officer=user)


def _agreements(rows: QualityCheckQuerySet, *by: str) -> list[tuple[Any, Any, Agreement]]:
    """Count by two columns; return the values of both with their counts."""
    other_reason = Q(is_agreed=True) & ~Q(reason_code=F("expected_reason"))
    counts = (Count("pk"), Count("pk", filter=Q(is_agreed=True)), Count("pk", filter=other_reason))
    named = dict(zip(Agreement._fields, counts, strict=True))
    found = rows.order_by().values_list(*by).annotate(**named)
    return [(first, second, Agreement(*counted)) for first, second, *counted in found]


def _table(key: str, title: str, first: str, rows: Iterable[tuple[str, Agreement]], note: str = "") -> Report:
    heads = [
        first,
        pgettext("number of decisions", "Checked"),
        pgettext("quality check", "Agreed"),
        _("Agreement"),
        _("95% interval from"),
        _("95% interval to"),
        _("Other reason"),
    ]
    cells = [[name(label), *_cells(agreement)] for label, agreement in rows]
    return Report(key, title, heads, cells, note, is_wide=True)


def _cells(agreement: Agreement) -> list[Cell]:
    low, high = wilson(agreement.agreed, agreement.checked)
    return [
        number(agreement.checked),
        number(agreement.agreed),
        share(agreement.agreed, agreement.checked),
        _percent(low),
        _percent(high),
        number(agreement.other_reason),
    ]


def _percent(fraction: float) -> Cell:
    return Cell(f"{100 * fraction:.0f}%", is_number=True, value=round(100 * fraction, 1))


def _by_name(rows: QualityCheckQuerySet) -> list[tuple[str, Agreement]]:
    counted = _agreements(rows, "officer__name", "officer")  # two officers may have one name
    return sorted((officer, agreement) for officer, _key, agreement in counted)


def by_officer(user: User, window: Window) -> Report:
    rows = _by_name(_checked(user, window).sampled())
    note = _("Decisions that another officer judged again. The interval is by Wilson: with few checks it is wide.")
    return _table("agreement", _("Agreement by officer"), pgettext("person who decides", "Officer"), rows, note)


def golden_cases(user: User, window: Window) -> Report:
    rows = _by_name(_checked(user, window).golden())
    note = _("Checks of golden cases, compared with the correct decision.")
    return _table("golden-cases", _("Golden cases by officer"), pgettext("person who checks", "Officer"), rows, note)


def by_reason(user: User, window: Window) -> Report:
    counted = _agreements(_checked(user, window).sampled(), "expected_verdict", "expected_reason")
    rows = sorted((_decision(verdict, reason), agreement) for verdict, reason, agreement in counted)
    note = _("By the decision that was checked. Other reason: both rejected, for different reasons.")
    return _table("agreement-reason", _("Agreement by reason"), _("Decision"), rows, note)


def _decision(verdict: str, reason: str) -> str:
    return _("Approved") if verdict == Verdict.APPROVED else reject_reasons.label_of(reason)


def face_drift(user: User, window: Window) -> Report:
    return _drift("drift-face", _("Face similarity by month"), "face", user, window)


def liveness_drift(user: User, window: Window) -> Report:
    return _drift("drift-liveness", _("Liveness by month"), "liveness", user, window)


def _drift(key: str, title: str, score: str, user: User, window: Window) -> Report:
    """Return the mean of the twelve months until the window's last day."""
    months = [window.last.replace(day=1) - relativedelta(months=back) for back in reversed(range(MONTHS))]
    rows = MonthlyScores.objects.filter(
        window.of_project(), review_area.condition(user), month__gte=months[0], month__lte=months[-1]
    )
    summed = rows.order_by().values_list("month", "verdict").annotate(Sum(f"{score}_count"), Sum(f"{score}_sum"))
    found = {(month, verdict): (count, total) for month, verdict, count, total in summed}
    heads = [
        _("Month"),
        _("Approved"),
        _("Approved, mean"),
        _("Rejected"),
        _("Rejected, mean"),
    ]
    cells = [
        [_month(month), *(cell for verdict in Verdict for cell in _mean(*found.get((month, verdict), (0, 0.0))))]
        for month in months
    ]
    chart = Chart("line", {2: "accent", 4: "accent-2"}, is_whole=False)
    return Report(key, title, heads, cells, _computed(rows.aggregate(at=Max("computed_at"))["at"]), chart)


def _month(first: date) -> Cell:
    return Cell(date_format(first, "YEAR_MONTH_FORMAT"), raw=f"{first:%Y-%m}")


def _mean(count: int, total: float) -> tuple[Cell, Cell]:
    if not count:
        return number(0), Cell(UNSET, is_number=True)
    mean = total / count
    return number(count), Cell(f"{mean:.1f}", is_number=True, value=round(mean, 1))


def _computed(at: Any) -> str:
    if at is None:
        return _("Not computed yet: the portal computes it once a day.")
    return _("The twelve months until the end of the period. Computed %(at)s.") % {
        "at": date_format(timezone.localtime(at), "DATETIME_FORMAT")
    }
