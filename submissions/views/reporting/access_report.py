"""The monthly access report and its sign-off, for managers."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from argos import limits
from submissions.audit import access_report, events
from submissions.models import AccessReview
from submissions.search.filter_engine import YEARS
from submissions.views.forms.reason import ReasonField
from submissions.views.request_helpers import person
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import check_user_can_see_access_report


class SignForm(forms.Form):
    remark = ReasonField(
        label=gettext_lazy("Checks made and result"),
        max_length=limits.NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _month(year: int, month: int) -> date:
    if not (YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12):
        raise Http404
    return date(year, month, 1)


@require_safe
def months(request: HttpRequest) -> HttpResponse:
    check_user_can_see_access_report(person(request))
    return render(request, "reporting/access/months.html", {"months": access_report.months()})


@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show one month; with `?person=` whose data that user viewed. Reading it is an event too."""
    check_user_can_see_access_report(person(request))
    return _page(request, _month(year, month), SignForm())


def _page(request: HttpRequest, day: date, form: SignForm, status: int = 200) -> HttpResponse:
    rows, asked = access_report.rows(day), request.GET.get("person", "")
    visible = visible_to(person(request))
    reasons = access_report.reasons(day, visible)
    names = access_report.full_names({row.who for row in rows} | {reason["event"].actor_name for reason in reasons})
    who = (
        asked if any(row.who == asked for row in rows) else ""
    )  # any other value was typed by hand, and events are permanent
    fields = {"month": f"{day:%Y-%m}", "person": who}
    events.record("access_report_opened", by=events.actor_of(request), fields=fields)
    context = {
        "month": day,
        "rows": [(row, names[row.who]) for row in rows],
        "reasons": [(reason, names[reason["event"].actor_name]) for reason in reasons],
        "who": names.get(who, ""),
        "looks": access_report.looks_of(day, who, visible) if who else [],
        "review": AccessReview.objects.filter(month=day).select_related("signed_by").first(),
        "is_over": access_report.is_over(day),
        "form": form,
        "zone": access_report.zone_name(),
    }
    with timezone.override(timezone.get_default_timezone()):  # a month and its nights are the same for every manager
        return render(request, "reporting/access/month.html", context, status=status)


@require_POST
def sign(request: HttpRequest, year: int, month: int) -> HttpResponse:
    check_user_can_see_access_report(person(request))
    day, form = _month(year, month), SignForm(request.POST)
    if not form.is_valid():
        return _page(request, day, form, status=422)
    try:
        access_report.sign(day, by=events.actor_of(request), remark=form.cleaned_data["remark"])
        messages.success(request, _("Month signed off."))
    except access_report.NotOver:
        messages.error(request, _("A month can be signed off once it is over."))
    except access_report.SignedAlready:
        messages.warning(request, _("This month was already signed off by another manager."))
    return redirect("access_month", year=year, month=month)
