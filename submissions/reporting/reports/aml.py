"""AML reviews: how many hits, what they turned out to be, and how long the decisions took."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import AmlOutcome, AmlReview, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.percentiles import percentile
from submissions.reporting.reports.table import UNSET, Cell, Report, duration, name, number, share
from submissions.workflow import review_area


def report(user: User, window: Window) -> Report:
    """All of the user's review area: everybody who reviews sees every AML review there."""
    reviews = AmlReview.objects.filter(review_area.condition(user, "submission__"))
    decided = reviews.filter(decided_at__gte=window.start, decided_at__lt=window.end)
    found: dict[str, list[timedelta]] = {outcome: [] for outcome in AmlOutcome.values}
    late = dict.fromkeys(AmlOutcome.values, 0)
    for outcome, opened_at, decided_at, target_at in decided.values_list(
        "outcome", "opened_at", "decided_at", "target_at"
    ):
        assert decided_at is not None
        found[outcome].append(decided_at - opened_at)
        late[outcome] += decided_at > target_at
    total = sum(map(len, found.values()))
    rows = [_row(str(AmlOutcome(outcome).label), times, total, late[outcome]) for outcome, times in found.items()]
    opened = reviews.filter(opened_at__gte=window.start, opened_at__lt=window.end).count()
    waiting = reviews.waiting()
    rows.append([name(_("Opened in the period")), number(opened, _listed("open")), *_unset(3)])
    rows.append([name(_("Undecided now")), number(waiting.count(), _listed("open")), *_unset(3)])
    heads = [
        pgettext("AML reviews", "Outcome"),
        _("AML reviews"),
        _("Share"),
        _("Median time"),
        _("Past the target"),
    ]
    return Report("aml", _("AML reviews"), heads, rows, is_wide=True)


def _row(label: str, times: list[timedelta], total: int, late: int) -> list[Cell]:
    median = percentile(sorted(times), 0.5) if times else None
    listed = _listed("decided")
    return [name(label), number(len(times), listed), share(len(times), total), duration(median), number(late)]


def _unset(count: int) -> list[Cell]:
    return [Cell(UNSET, is_number=True)] * count


def _listed(show: str) -> str:
    return f"{reverse('aml_reviews')}?show={show}"
