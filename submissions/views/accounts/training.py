"""The training records of people: the list with the day on which each ends, and the records of one person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.core.text_fields import TextField
from submissions.models import TrainingRecord, User
from submissions.models.people import REVIEWERS
from submissions.models.training import SOON, WITHOUT_END, with_end
from submissions.training import records
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_change_trainings, check_user_can_keep_trainings

PAGE_SIZE = 50
REVIEWERS_FIRST = Case(When(role__in=REVIEWERS, then=Value(0)), default=Value(1))
ORDERS: dict[str, list[Any]] = {
    "name": ["name"],
    "until": [REVIEWERS_FIRST, F("trained_until").asc(nulls_first=True), "name"],
}


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")  # the only format that browsers accept in a date input


class TrainingForm(forms.Form):
    name = TextField(label=pgettext_lazy("of people", "Training"), max_length=120)
    completed_on = forms.DateField(label=gettext_lazy("Completed on"), widget=DayInput)
    valid_until = forms.DateField(label=gettext_lazy("Valid until (optional)"), widget=DayInput, required=False)
    note = TextField(label=gettext_lazy("Note (optional)"), max_length=400, required=False)

    def clean_completed_on(self) -> Any:
        day = self.cleaned_data["completed_on"]
        if day > clock.latest_day():
            raise forms.ValidationError(_("Enter a day that has passed."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        completed, until = data.get("completed_on"), data.get("valid_until")
        if completed and until and until < completed:
            self.add_error("valid_until", _("Enter a day after the completion, or leave it empty."))
        return data


@require_safe
def training(request: HttpRequest) -> HttpResponse:
    check_user_can_keep_trainings(person(request))
    sort = request.GET.get("sort", "until")
    sort = sort if sort in ORDERS else "until"
    people = with_end(User.objects.people().filter(is_active=True).select_related("team"))
    page = Paginator(people.order_by(*ORDERS[sort], "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "training/list.html", {"page": page, "sort": sort, **_days()})


@require_http_methods(["GET", "POST"])
def training_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the records of a person, and add one."""
    user = person(request)
    check_user_can_keep_trainings(user)
    found = get_object_or_404(User.objects.people(), pk=pk)
    form = TrainingForm(request.POST or None)
    if request.method == "POST":
        check_user_can_change_trainings(user, found)
        if form.is_valid():
            records.add(found, by=events.actor_of(request), **form.cleaned_data)
            messages.success(request, _("Training of %(name)s saved.") % {"name": found.name})
            return redirect("training_person", pk=pk)
    rows = TrainingRecord.objects.filter(person=found).select_related("entered_by", "removed_by")
    context = {
        "found": found,
        "form": form,
        "rows": [row for row in rows if row.removed_at is None],
        "removed": [row for row in rows if row.removed_at],
        "is_own": found == user,
        **_days(),
    }
    return render(request, "training/person.html", context, status=422 if form.errors else 200)


@require_POST
def training_remove(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_keep_trainings(person(request))
    record = get_object_or_404(TrainingRecord.objects.select_related("person"), pk=pk)
    records.remove(record, by=events.actor_of(request))
    messages.success(request, _("Training of %(name)s removed.") % {"name": record.person.name})
    return redirect("training_person", pk=record.person_id)


def _days() -> dict[str, Any]:
    """Return the days with which the templates mark a training that ends soon or has ended."""
    return {"today": clock.today(), "soon": clock.today() + SOON, "without_end": WITHOUT_END}
