"""The reports: a period, tabs by subject, a table with its chart for each, and each table as a file."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from submissions.audit import events
from submissions.core.vendor_text import ARGOS, named
from submissions.models import User
from submissions.quality import figures
from submissions.reporting.exports.writers import harmless_in_csv
from submissions.reporting.reports import (
    aml,
    attempts,
    backlog,
    deadlines,
    decisions,
    key_figures,
    overrides,
    reasons,
    requests,
    skipped_checks,
)
from submissions.reporting.reports.date_range import Window, presets, projects, window_of
from submissions.reporting.reports.table import Report, shortened
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_see_reports, user_can_see_all_figures

CHART_LIBRARY = "vendor/chart.js"
SHOWN = 100  # initial rows of a table
Make = Callable[[User, Window], Report]
TABS: dict[str, tuple[Any, dict[str, Make]]] = {
    "operations": (
        gettext_lazy("Operations"),
        {
            "time-per-day": decisions.time_per_day,
            "decisions-per-day": decisions.per_day,
            "approval-per-day": decisions.rate_per_day,
            "limits": deadlines.report,
            "waiting": backlog.report,
        },
    ),
    "quality": (
        gettext_lazy("Quality"),
        {"rejected": reasons.rejected, "tries": attempts.report, "retried": reasons.retried, "aml": aml.report},
    ),
    "checks": (
        gettext_lazy("Quality checks"),
        {
            "agreement": figures.by_officer,
            "agreement-reason": figures.by_reason,
            "golden-cases": figures.golden_cases,
            "drift-face": figures.face_drift,
            "drift-liveness": figures.liveness_drift,
        },
    ),
    "team": (
        gettext_lazy("Team"),
        {
            "time-per-person": decisions.time_per_person,
            "approval": decisions.per_person,
            "rejected-reviewer": reasons.rejected_per_reviewer,
            "rejected-agent": reasons.rejected_per_agent,
            "retried-reviewer": reasons.retried_per_reviewer,
            "retried-agent": reasons.retried_per_agent,
        },
    ),
    "argos": (
        ARGOS,
        {
            "sources": decisions.per_source,
            "routes": decisions.per_route,
            "skipped-checks": skipped_checks.report,
            "requests": requests.report,
        },
    ),
}
REPORTS = {key: make for _label, made in TABS.values() for key, make in made.items()}
OF_THE_DESK = frozenset({"requests", "golden-cases", "drift-face", "drift-liveness"})  # for users who see all figures


def _may_see(user: User, key: str) -> bool:
    return key not in OF_THE_DESK or user_can_see_all_figures(user)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_see_reports(user)
    window, preset, sentences = window_of(request.GET, user)
    for sentence in sentences:
        messages.warning(request, sentence)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "operations"
    actor = events.actor_of(request)
    events.record("reports_opened", by=actor, fields={**window.query, "tab": tab})
    whole, offered = request.GET.get("whole", ""), projects(user)
    made = {key: make for key, make in TABS[tab][1].items() if _may_see(user, key)}
    context = {
        "window": window,
        "period": urlencode({"days": preset, **window.project_query} if preset else window.query),
        "days_query": urlencode({"days": preset} if preset else replace(window, project="").query),
        "project_query": urlencode(window.project_query),
        "projects": offered,
        "project_name": dict(offered).get(window.project, ""),
        "days": urlencode(window.query),
        "preset": preset,
        "presets": presets(),
        "tab": tab,
        "tabs": [(key, named(label, window.vendor_name)) for key, (label, _made) in TABS.items()],
        "is_whole": user_can_see_all_figures(user),
        "tiles": key_figures.tiles(user, window) if tab == "operations" else [],
        "reports": [_shown(make(user, window), tab, window, whole) for make in made.values()],
        "overrides": overrides.overrides(user, window, by=actor) if tab == "quality" else None,
        "chart_library": chart_library(),
    }
    return render(request, "reporting/reports/page.html", context)


def _shown(report: Report, tab: str, window: Window, whole: str) -> Report:
    """Shorten the reports for a page of 150 kB; the one named by `whole` keeps all rows."""
    if report.key == whole:
        return report
    return shortened(report, SHOWN, f"?{urlencode({**window.query, 'tab': tab, 'whole': report.key})}#{report.key}")


@require_safe
def report_file(request: HttpRequest, key: str) -> HttpResponse:
    """Return one report as CSV: figures only, so no reason is required; an event records user and days."""
    user = person(request)
    check_user_can_see_reports(user)
    if key not in REPORTS or not _may_see(user, key):
        raise Http404
    window, _preset, sentences = window_of(request.GET, user)
    if sentences:
        raise Http404(" ".join(sentences))
    report = REPORTS[key](user, window)
    events.record("report_downloaded", by=events.actor_of(request), fields={**window.query, "report": key})
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless_in_csv(cell) for cell in line] for line in report.lines())
    filename = f"{key}-{window.first.isoformat()}-{window.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def chart_library() -> str:
    """Return its URL; "" if the set-up could not fetch it, so that only tables are shown."""
    if not finders.find(CHART_LIBRARY):
        return ""
    try:
        return str(staticfiles_storage.url(CHART_LIBRARY))
    except ValueError:  # fetched after static files were collected
        return ""
