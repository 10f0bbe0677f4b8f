"""Days off and skills of reviewers: the list, and the page of one person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from argos import matrix
from submissions.accounts.preferences import customer_language
from submissions.audit import events
from submissions.core import clock
from submissions.models import DaysOff, User
from submissions.review.workload import duty
from submissions.search.queue_filters import reviewers
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import (
    check_user_can_change_days_off,
    check_user_can_change_skills,
    check_user_can_see_duty,
    user_can_change_skills,
)


class DayInput(forms.DateInput):
    input_type = "date"


class DaysOffForm(forms.Form):
    starts_on = forms.DateField(label=_("First day off"), widget=DayInput(format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Last day off"), widget=DayInput(format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if last and last < clock.local_today():
            self.add_error("ends_on", _t("Enter today or a later day."))
        elif first and last and last < first:
            self.add_error("ends_on", _t("Enter the first day or a later day."))
        return data


class SkillsForm(forms.Form):
    countries = forms.MultipleChoiceField(label=_("Issuing countries"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages of customers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["countries"].choices = matrix.country_choices(get_language() or "en")  # type: ignore[attr-defined]
        self.fields["languages"].choices = list(customer_language.names().items())  # type: ignore[attr-defined]


@require_safe
def duty_list(request: HttpRequest) -> HttpResponse:
    """Show every reviewer to managers and administrators; send an officer to their own page."""
    user = person(request)
    check_user_can_see_duty(user)
    if not user_can_change_skills(user):
        return redirect("duty_person", pk=user.pk)
    days = DaysOff.objects.filter(ends_on__gte=clock.local_today())
    by_person: dict[int, list[DaysOff]] = {}
    for one in days:
        by_person.setdefault(one.person_id, []).append(one)
    rows = [(found, by_person.get(found.pk, [])) for found in reviewers()]
    return render(request, "review/duty/list.html", {"rows": rows})


@require_safe
def duty_person(request: HttpRequest, pk: int) -> HttpResponse:
    found = _person_of(request, pk)
    return _page(request, found, DaysOffForm(), _skills_form(found))


@require_POST
def add_days_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = _person_of(request, pk)
    form = DaysOffForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, _skills_form(found))
    duty.add_days_off(found, by=events.actor_of(request), **form.cleaned_data)
    messages.success(request, _t("Days off of %(name)s saved.") % {"name": found.name})
    return redirect("duty_person", pk=pk)


@require_POST
def remove_days_off(request: HttpRequest, pk: int) -> HttpResponse:
    days = get_object_or_404(DaysOff.objects.select_related("person"), pk=pk)
    check_user_can_change_days_off(person(request), days.person)
    duty.remove_days_off(days, by=events.actor_of(request))
    messages.success(request, _t("Days off of %(name)s removed.") % {"name": days.person.name})
    return redirect("duty_person", pk=days.person_id)


@require_POST
def save_skills(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_change_skills(person(request))
    found = _person_of(request, pk)
    form = SkillsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, DaysOffForm(), form)
    duty.set_skills(found, form.cleaned_data["countries"], form.cleaned_data["languages"], by=events.actor_of(request))
    messages.success(request, _t("Skills of %(name)s saved.") % {"name": found.name})
    return redirect("duty_person", pk=pk)


def _person_of(request: HttpRequest, pk: int) -> User:
    check_user_can_see_duty(person(request))
    found = get_object_or_404(reviewers(), pk=pk)
    check_user_can_change_days_off(person(request), found)
    return found


def _skills_form(found: User) -> SkillsForm:
    return SkillsForm(initial={"countries": found.skill_countries, "languages": found.skill_languages})


def _page(request: HttpRequest, found: User, days: DaysOffForm, skills: SkillsForm) -> HttpResponse:
    rows = DaysOff.objects.filter(person=found, ends_on__gte=clock.local_today()).select_related("entered_by")
    context = {
        "found": found,
        "rows": rows,
        "days_form": days,
        "skills_form": skills,
        "may_change_skills": user_can_change_skills(person(request)),
    }
    return render(request, "review/duty/person.html", context, status=422 if days.errors or skills.errors else 200)
