"""The list of submissions: filters in the URL, exact search, keyset pages, no count of the table."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import matrix
from submissions.audit import events
from submissions.capture.fields import form_fields
from submissions.models import Route, Status, User
from submissions.models.submission_key import load_keys
from submissions.search import blind_index, columns, filter_engine, filters, guess_limit, pagination, sorting
from submissions.views.lists.filter_chips import chips
from submissions.views.lists.selects import Select, select, skipped_checks
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_list, user_can_see_queue

# Filters with a field of their own on the page; others came from a link and are shown as chips.
FIELDS = (
    *("q", "status", "project", "id_type", "country", "mine", "team", "skipped", "aml", "report", "route", "sort"),
    *pagination.KEYS,
)


def _looker(request: HttpRequest) -> User:
    user = person(request)
    check_user_can_list(user)
    return user


@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    user = _looker(request)
    settings = columns.settings_of(user, "list")
    matching = filters.matching(user, request.GET)
    for sentence in [*matching.messages, *_unknown(request)]:
        messages.warning(request, sentence)
    order = sorting.sorting_of(request.GET, {**sorting.LIST, "date": pagination.Order(matching.column)})
    page = pagination.page_of(matching.rows.for_row(), request.GET, settings.size, order.order)
    load_keys(page.rows)
    events.record_list("list_opened", by=events.actor_of(request), shown=page.rows, filters=request.GET)
    context = {
        "page": page,
        "query": _query(request),
        "further": _query(request, after=page.next_key),
        "back": _query(request, before=page.previous_key),
        "text": blind_index.asked_in(request.GET) or "",
        "given": request.GET.dict(),
        "chips": chips(request, but=FIELDS),
        "export_source": "list",
        "selects": _selects(request, user),
        "countries": matrix.country_choices(get_language() or "en"),
        "settings": settings,
        "columns": settings.shown,
        "sorting": order,
        "unsorted": _query(request, sort=""),
        "date_column": matching.column,
        "is_narrowed": any(request.GET.get(name) for name in ("q", *filters.FILTERS)),
    }
    return render(request, "lists/submissions.html", context)


def _query(request: HttpRequest, **changes: str) -> str:
    """Return this page's query without its page key, with the changes; an empty value removes the parameter."""
    kept = {name: str(value) for name, value in request.GET.items() if name not in pagination.KEYS}
    return urlencode({name: value for name, value in {**kept, **changes}.items() if value or name not in changes})


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """Return the form's filters and search text as one URL: without empty parts, the text encrypted."""
    _looker(request)
    names = [name for name in (*FIELDS, *filters.FILTERS) if name not in ("q", *pagination.KEYS)]
    kept = filter_engine.shortened(request.POST, names)
    if text := request.POST.get("text", "").strip():
        try:
            guess_limit.count(person(request), text)
        except guess_limit.TooManyNumbers:
            messages.error(request, guess_limit.sentence())
            return redirect("submission_list")
        kept["q"] = blind_index.encrypt_token(text)
    return redirect(f"{reverse('submission_list')}?{urlencode(kept)}")


def _unknown(request: HttpRequest) -> list[str]:
    names = [name for name in request.GET if name not in filters.FILTERS and name not in FIELDS]
    return [_("The list has no filter “%(name)s”. It was ignored.") % {"name": name[:40]} for name in names[:5]]


def _selects(request: HttpRequest, user: User) -> list[Select]:
    offered = filters.offered(user)
    selects = [
        select(request, "status", _("Status"), _statuses()),
        select(request, "project", _("Project"), offered.projects, is_data=True),
        select(request, "id_type", _("ID type"), _id_types()),
        select(request, "route", _("Route"), [(route.value, str(route.label)) for route in Route]),
    ]
    selects += [select(request, "team", _("Team"), offered.teams, is_data=True)] if offered.teams else []
    if not user_can_see_queue(user):
        return selects
    is_wanted = offered.skipped or request.GET.get("skipped")
    selects += [skipped_checks(request, offered.skipped)] if is_wanted else []
    report = select(request, "report", _("Suspicious transaction report"), _report())
    return [*selects, select(request, "aml", _("AML"), _aml()), report]


def _aml() -> list[tuple[str, str]]:
    return [("hit", _("Possible match")), ("open", _("Review undecided")), ("clear", _("No match"))]


def _report() -> list[tuple[str, str]]:
    return [("missing", _("Not yet considered")), ("considered", pgettext("report", "Considered"))]


def _statuses() -> list[tuple[str, str]]:
    groups = [("sending", _("All at ARGOS")), ("in_review", _("All in review")), ("decided", _("All decided"))]
    return [*groups, *((status.value, str(status.label)) for status in Status)]


def _id_types() -> list[tuple[str, str]]:
    return [(name, form_fields.choice_label(name)) for name in matrix.ID_TYPES]
