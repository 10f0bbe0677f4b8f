"""The pending queue: search, "claim next", and a manager's assigning."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import codes, matrix
from submissions.audit import events
from submissions.capture.fields import form_fields
from submissions.core import vendor_text
from submissions.models import SavedView, Status, User
from submissions.models.submission import IN_REVIEW
from submissions.models.submission_key import load_keys
from submissions.review import queue, queue_tabs, saved_views
from submissions.review.workload import claims
from submissions.search import blind_index, columns, filter_engine, guess_limit, pagination, sorting
from submissions.search.queue_filters import FILTERS, RETRIES, reviewers
from submissions.training import notices
from submissions.views.frame import counters
from submissions.views.lists.selects import Select, select, skipped_checks
from submissions.views.request_helpers import person, safe_next
from submissions.views.review.page import reviewer
from submissions.workflow.role_permissions import check_user_can_assign, user_can_assign

OF_THE_PAGE = ("seen", "shown")
BEHIND_MORE = (
    "status",
    "id_type",
    "retry",
    "face",
    "liveness",
    "tries_left",
    "age",
    "asked",
    "skipped",
    "edits",
    "differs",
)


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """Show the whole page, or its rows when the page polls; nothing if they are unchanged."""
    user = reviewer(request)
    if not request.GET and user.default_view_id:
        return redirect("saved_view", pk=user.default_view_id)
    is_part = bool(request.headers.get("HX-Request"))
    views = [] if is_part else list(saved_views.offered_to(user))
    counts = {} if is_part else {**queue_tabs.counts_for(user, views), **counters.columns(user)}
    rows, sentences = queue.waiting(user, request.GET)
    settings, order = columns.settings_of(user, "queue"), sorting.sorting_of(request.GET, sorting.QUEUE)
    ordered = sorting.with_key(rows.annotate(**counts), order)
    page = pagination.page_of(ordered, request.GET, settings.size, order.order)
    waiting = queue.bounded_count(rows, page.rows)
    version = queue.version(page.rows, waiting)
    if is_part and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    found_elsewhere = queue.elsewhere(user, request.GET)
    visible = [*page.rows, *found_elsewhere]
    load_keys(visible)
    mark = queue.mark_of(user, visible)
    # Polling the same rows is the same view; other rows are another one.
    if not is_part or request.GET.get("shown") != mark:
        events.record_list("queue_opened", by=events.actor_of(request), shown=visible, filters=request.GET)
    context = {
        "page": page,
        "waiting": waiting,
        "elsewhere": found_elsewhere,
        "refresh": _query(request, seen=version, shown=mark),
        "further": _query(request, after=page.next_key),
        "back": _query(request, before=page.previous_key),
        "may_assign": user_can_assign(user),
        "settings": settings,
        "columns": settings.shown,
        "sorting": order,
        "unsorted": _query(request, sort=""),
        "is_narrowed": any(request.GET.get(name) for name in ("q", *FILTERS)),
    }
    if is_part:
        return render(request, "lists/_rows.html", context)
    for sentence in sentences:
        messages.warning(request, sentence)
    figures = queue_tabs.read(counts, page.rows, user)
    counters.keep(request, figures)
    return render(request, "lists/queue.html", {**context, **_choices(request, user, views, figures)})


def _query(request: HttpRequest, **changes: str) -> str:
    """Return this page's query with a page key or the refresh's mark, without keys of other pages."""
    kept = {name: value for name, value in request.GET.items() if name not in (*pagination.KEYS, *OF_THE_PAGE)}
    if "seen" in changes:
        kept |= {name: request.GET[name] for name in pagination.KEYS if request.GET.get(name)}
    return urlencode({name: value for name, value in {**kept, **changes}.items() if value or name not in changes})


def _choices(request: HttpRequest, user: User, views: list[SavedView], figures: dict[str, int]) -> dict[str, Any]:
    """Return the choices of the filters, the views, and the possible assignees."""
    chosen = request.GET.get("view", "")
    view = next((found for found in views if str(found.pk) == chosen), None)
    kept = saved_views.query_of(request.GET)
    offered = queue.offered(user)
    return {
        "text": blind_index.asked_in(request.GET) or "",
        "given": request.GET.dict(),
        "selects": _selects(request, user, offered),
        "more": _more(request, offered),
        "more_set": sum(1 for name in BEHIND_MORE if request.GET.get(name)),
        "countries": matrix.country_choices(get_language() or "en"),
        "tabs": queue_tabs.tabs(user, views, figures, str(view.pk) if view else kept),
        "figures": dict(queue_tabs.summary(figures)),
        "view": view,
        "kept": kept,
        "reviewers": reviewers() if user_can_assign(user) else [],
        "bar": notices.bar_of(user) if figures["barred"] else None,
    }


def _selects(request: HttpRequest, user: User, offered: queue.Offered) -> list[Select]:
    """Return the filters that are always visible."""
    others = [(username, name) for username, name in offered.people if username != user.username]
    holders = [("nobody", _("Unassigned")), ("me", pgettext("assignee", "Me")), ("someone", _("Assigned")), *others]
    return [
        select(request, "left", _("Due"), [("over", _("Overdue")), ("1h", _("In 1 h")), ("4h", _("In 4 h"))]),
        select(request, "assignee", _("Assignee"), holders, is_data=True),
        select(request, "project", _("Project"), offered.projects, is_data=True),
    ]


def _more(request: HttpRequest, offered: queue.Offered) -> list[Select]:
    """Return the filters behind "more"."""
    standing = [select(request, name, label, choices) for name, label, choices in _standing()]
    return [*standing, skipped_checks(request, offered.skipped)]


def _standing() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return (name, label, choices) of the filters with fixed choices."""
    bands = [("low", _("Under 50")), ("middle", _("50 to 79")), ("high", _("80 or more")), ("none", _("Not provided"))]
    ages = [("4h", _("Over 4 h")), ("12h", _("Over 12 h")), ("24h", _("Over 24 h"))]
    return [
        ("status", _("Status"), [(status.value, str(Status(status).label)) for status in IN_REVIEW]),
        ("id_type", _("ID type"), [(name, form_fields.choice_label(name)) for name in matrix.ID_TYPES]),
        ("retry", _("Last retry code"), [(code, _what(code)) for code in RETRIES]),
        ("face", _("Face similarity"), bands),
        ("liveness", _("Liveness"), bands),
        ("tries_left", _("Attempts left"), [(number, number) for number in ("0", "1", "2")]),
        ("age", _("Pending for"), ages),
        ("asked", _("Question"), [("open", _("Unanswered")), ("answered", _("Answer unread"))]),
    ]


def _what(code: str) -> str:
    """Return the meaning of a retry code, with the code."""
    surface = "step1_retry" if code in codes.TABLES["step1_retry"] else "step2_retry"
    return f"{vendor_text.advice_words(codes.advice_for(code, '', surface)).what_happened} ({code})"


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """Return the filters and the search text as one URL: short, without empty parts, the text encrypted."""
    reviewer(request)
    kept = filter_engine.shortened(request.POST, (*FILTERS, "sort"))
    text = request.POST.get("text", "").strip()
    if text:
        try:
            guess_limit.count(person(request), text)
        except guess_limit.TooManyNumbers:
            messages.error(request, guess_limit.sentence())
            return redirect("review_queue")
        kept["q"] = blind_index.encrypt_token(text)
    return redirect(f"{reverse('review_queue')}?{urlencode(kept or {'view': 'all'})}")


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Assign the selected submissions; an assignment grants nothing and decides nothing."""
    user = reviewer(request)
    check_user_can_assign(user)
    back = safe_next(request, "review_queue")
    wanted = request.POST.get("to", "")
    to = reviewers().filter(username=wanted).first()
    chosen = _ids(request.POST.getlist("submission"))
    if not chosen or (to is None and wanted != "nobody"):
        messages.error(request, _("Select submissions and the reviewer to assign them to."))
        return redirect(back)
    done, skipped = claims.assign(chosen, to, by=events.actor_of(request))
    messages.success(request, _assigned(done, to))
    if skipped:
        text = _("Submissions not changed: %(count)d. They are decided, or the reviewer cannot decide them.")
        messages.warning(request, text % {"count": skipped})
    if claimed := claims.count_claimed_by_others(chosen, to, by=user):
        text = _("Still claimed by another reviewer: %(count)d. They stay there until the claim ends or is released.")
        messages.warning(request, text % {"count": claimed})
    return redirect(back)


def _assigned(count: int, to: User | None) -> str:
    if to is None:
        return ngettext("%(n)d submission is unassigned.", "%(n)d submissions are unassigned.", count) % {"n": count}
    text = ngettext("%(n)d submission assigned to %(name)s.", "%(n)d submissions assigned to %(name)s.", count)
    return text % {"n": count, "name": to.name}


def _ids(texts: list[str]) -> list[uuid.UUID]:
    ids = []
    for text in texts[:200]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return ids
