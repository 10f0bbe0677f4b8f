"""The warning on the new-submission form: this customer already has an open or approved submission."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.models import Submission
from submissions.models.submission_key import load_keys
from submissions.search import blind_index
from submissions.views.forms.capture import NewForm
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_start

SHOWN = 8


@dataclass(frozen=True)
class Duplicates:
    """`elsewhere`: the number of submissions that this user may not see."""

    rows: tuple[Submission, ...] = ()
    elsewhere: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.elsewhere)


def find(request: HttpRequest, form: NewForm) -> Duplicates:
    """Search by the values of the form so far, without invalid ones.

    Each search is an event, because an empty result is information too.
    """
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in ("email", "customer_id")}
    values = {name: text for name, text in given.items() if text}
    if not values:
        return Duplicates()
    found, elsewhere = blind_index.same_values(person(request), values)
    rows = list(found.for_row().order_by("-created_at")[:SHOWN])
    load_keys(rows)
    by, kind = events.actor_of(request), "same_customer_shown"
    events.record_list(kind, by=by, shown=rows, filters=values, counted={"elsewhere": elsewhere})
    return Duplicates(tuple(rows), elsewhere)


@require_POST
def same_customer(request: HttpRequest) -> HttpResponse:
    """Return the part of the form that htmx requests after the e-mail or the customer number was typed."""
    user = person(request)
    check_user_can_start(user)
    same = find(request, NewForm(request.POST, user=user))
    return render(request, "capture/_duplicates.html", {"same": same, "is_stopped": False})
