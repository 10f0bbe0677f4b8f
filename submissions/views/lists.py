"""The list of submissions: filters in the URL, exact search, keyset pages, no count of the table."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from argos import matrix
from submissions import events, fields, paging, search
from submissions.models import Project, Role, Status
from submissions.models.submission import load_keys
from submissions.permissions import NotAllowed, visible_to
from submissions.views.asking import person

PAGE = 40


@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if user.role == Role.ADMINISTRATOR:
        raise NotAllowed(_("Administrators see submissions without personal data, in the admin."))
    text = request.GET.get("q", "").strip()
    rows = search.find(user, text) if text else visible_to(user)
    filters = _filters(request)
    if request.GET.get("mine"):
        filters["created_by"] = user.pk
    page = paging.newest_first(rows.for_row().filter(**filters), request.GET.get("after", ""), PAGE)
    load_keys(page.rows)
    events.record_list("list_opened", by=events.actor_of(request), shown=page.rows, filters=request.GET)
    query = request.GET.copy()
    query.pop("after", None)
    context = {"page": page, "query": query.urlencode(), "q": text, "given": request.GET.dict(), **_choices()}
    return render(request, "submissions/list.html", context)


def _choices() -> dict[str, Any]:
    return {
        "statuses": Status.choices,
        "projects": Project.objects.order_by("name"),
        "id_types": [(name, fields.choice_label(name)) for name in matrix.ID_TYPES],
    }


def _filters(request: HttpRequest) -> dict[str, Any]:
    """Only values that exist; one that does not is said and left out."""
    known: dict[str, set[str]] = {
        "status": set(Status.values),
        "project": {str(pk) for pk in Project.objects.values_list("pk", flat=True)},
        "id_type": set(matrix.ID_TYPES),
    }
    found = {name: request.GET[name] for name in known if request.GET.get(name)}
    unknown = [name for name, value in found.items() if value not in known[name]]
    country = request.GET.get("country", "").strip().upper()
    if country:
        found["issuing_country"] = country
        unknown += [] if matrix.is_country(country) else ["issuing_country"]
    for name in unknown:
        messages.warning(request, _("The filter “%(name)s” has no such value and was left out.") % {"name": name})
        del found[name]
    return found
