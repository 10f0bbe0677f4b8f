"""Re-verification: the forecast and list of the customers to verify again, and the actions on one of them."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.models import CustomerRisk, NextCheck, Submission, User
from submissions.models.submission_key import load_keys
from submissions.reporting import next_checks
from submissions.views.forms.reason import read_reason
from submissions.views.lists.selects import Select, select
from submissions.views.request_helpers import person
from submissions.workflow import next_checks as planning
from submissions.workflow import review_area
from submissions.workflow.permissions import NotAllowed, get_submission_for, visible_to
from submissions.workflow.role_permissions import check_user_can_list, is_limited_to_team


@require_safe
def next_check_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_list(user)
    forecast = next_checks.forecast(user)
    selects = _selects(request, user, forecast)
    chosen = {one.name: one.chosen for one in selects if one.chosen}
    page = next_checks.listed(user, {**chosen, "after": request.GET.get("after", "")})
    submissions = [check.submission for check in page.rows]
    load_keys(submissions)
    events.record_list("next_checks_opened", by=events.actor_of(request), shown=submissions, filters={})
    labels = dict(selects[0].choices)
    context = {
        "teams": forecast.teams,
        "forecast": [(key, labels[key], key == next_checks.PASSED, *row[1:]) for key, row in _by_key(forecast)],
        "rows": page.rows,
        "open_ones": _open_ones(user, submissions),
        "selects": selects,
        "is_set": bool(chosen),
        "later": urlencode({**chosen, "after": page.after}) if page.after else "",
        "today": clock.today(),
    }
    return render(request, "lists/next_checks.html", context)


def _selects(request: HttpRequest, user: User, forecast: next_checks.Forecast) -> list[Select]:
    """Return the filters; a value that is none of the choices counts as none."""
    months = [(key, _month(row[0])) for key, row in _by_key(forecast)]
    selects = [select(request, "month", _("Month"), months)]
    if not is_limited_to_team(user):
        teams = [(str(pk), name) for pk, name in review_area.teams(user).order_by("name").values_list("pk", "name")]
        selects.append(select(request, "team", _("Team"), teams, is_data=True))
    return [one.known() for one in selects]


def _by_key(forecast: next_checks.Forecast) -> list[tuple[str, next_checks.Row]]:
    """Return each row with the value of the filter that lists its customers."""
    return [(f"{row[0]:%Y-%m}" if row[0] else next_checks.PASSED, row) for row in forecast.rows]


def _month(first: date | None) -> str:
    return date_format(first, "YEAR_MONTH_FORMAT") if first else pgettext("re-verification", "Past due")


def _open_ones(user: User, submissions: list[Submission]) -> dict[Any, Submission]:
    """Return the submission that verifies each of these again, if one is open."""
    rows = visible_to(user).open().filter(previous__in=submissions)
    return {row.previous_id: row for row in rows.only("reference", "previous_id")}


@require_POST
def set_risk(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the customer's risk level, with a reason: it moves the next check."""
    submission = get_submission_for(person(request), pk, "set_risk")
    if request.POST.get("risk") not in CustomerRisk.values:
        raise NotAllowed(_("The page does not know this risk level."))
    reason = read_reason(
        request,
        missing=_("Enter a reason for the risk level. It is recorded."),
        title=_("Change the risk level"),
        back=reverse("submission", args=[pk]),
    )
    try:
        due = planning.set_risk(
            submission, CustomerRisk(request.POST["risk"]), by=events.actor_of(request), reason=reason
        )
    except NextCheck.DoesNotExist:
        messages.warning(request, _("A later submission of this customer counts, or the relationship has ended."))
    else:
        text = _("Risk level saved. Next check: %(day)s.") % {"day": date_format(due, "DATE_FORMAT")}
        messages.success(request, text)
    return redirect("submission", pk=pk)
