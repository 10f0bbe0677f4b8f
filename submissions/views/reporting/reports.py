"""The reports page: a range of days, one table with its chart for each subject, the overrides."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from submissions.audit import events
from submissions.models import User
from submissions.reporting.reports import attempts, backlog, deadlines, decisions, overrides, reasons
from submissions.reporting.reports.date_range import Window, presets, window_of
from submissions.reporting.reports.table import Report, shortened
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_see_reports, user_can_see_all_figures

CHART_LIBRARY = "vendor/chart.js"
SHOWN = 100  # rows of a table at first
REPORTS: tuple[Callable[[User, Window], Report], ...] = (
    backlog.report,
    decisions.per_day,
    decisions.per_person,
    decisions.approval,
    reasons.rejected_per_reviewer,
    reasons.rejected_per_agent,
    reasons.retried_per_agent,
    reasons.retried_per_reviewer,
    attempts.report,
    deadlines.report,
)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_see_reports(user)
    window, preset, told = window_of(request.GET)
    for sentence in told:
        messages.warning(request, sentence)
    actor = events.actor_of(request)
    days = {"from": window.first.isoformat(), "to": window.last.isoformat()}
    events.record("reports_opened", by=actor, fields=days)
    whole = request.GET.get("whole", "")
    context = {
        "window": window,
        "preset": preset,
        "presets": presets(),
        "is_whole": user_can_see_all_figures(user),
        "reports": [_shown(make(user, window), days, whole) for make in REPORTS],
        "overrides": overrides.overrides(user, window, by=actor),
        "chart_library": chart_library(),
    }
    return render(request, "reporting/reports/page.html", context)


def _shown(report: Report, days: dict[str, str], whole: str) -> Report:
    """Short enough for a page of 150 kB; the one that `whole` names has all its rows."""
    if report.key == whole:
        return report
    return shortened(report, SHOWN, f"?{urlencode({**days, 'whole': report.key})}#{report.key}")


def chart_library() -> str:
    """Its address; "" where set-up could not fetch it, and the tables stand alone."""
    if not finders.find(CHART_LIBRARY):
        return ""
    try:
        return str(staticfiles_storage.url(CHART_LIBRARY))
    except ValueError:  # fetched after the static files were collected
        return ""
