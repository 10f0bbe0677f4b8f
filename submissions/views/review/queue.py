"""The pending queue, its search, "claim next", and a manager's assigning."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import codes, matrix
from submissions.audit import events
from submissions.capture.fields import form_fields
from submissions.core import vendor_text
from submissions.models import Status, User
from submissions.models.submission import IN_REVIEW
from submissions.models.submission_key import load_keys
from submissions.review import claims, queue, saved_views, verdicts
from submissions.search import blind_index, guess_limit, pagination
from submissions.search.queue_filters import FILTERS, RETRIES, reviewers
from submissions.views.lists.selects import Select, select
from submissions.views.request_helpers import person, safe_next
from submissions.views.review.page import reviewer
from submissions.workflow.role_permissions import check_user_can_assign, user_can_assign

PAGE = 40
OF_THE_PAGE = ("seen", "shown")
BEHIND_MORE = ("id_type", "retry", "face", "liveness", "tries_left", "age", "asked", "edits", "differs")


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """The whole page, or its rows alone when the page asks for them again; nothing when they look the same."""
    user = reviewer(request)
    if not request.GET and user.default_view_id:
        return redirect("saved_view", pk=user.default_view_id)
    rows, sentences = queue.waiting(user, request.GET)
    page = pagination.oldest_target_first(rows, request.GET, PAGE)
    waiting = queue.bounded_count(rows, page.rows)
    version = queue.version(page.rows, waiting)
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    found_elsewhere = queue.elsewhere(user, request.GET)
    visible = [*page.rows, *found_elsewhere]
    load_keys(visible)
    mark = queue.mark_of(user, visible)
    # A page that asks again for the same rows is the same look; other rows are another one.
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
    }
    if is_part:
        return render(request, "lists/_rows.html", context)
    for sentence in sentences:
        messages.warning(request, sentence)
    return render(request, "lists/queue.html", {**context, **_choices(request, user)})


def _query(request: HttpRequest, **changes: str) -> str:
    """This page's query with a page key or the refresh's mark; keys of other pages are left out."""
    kept = {name: value for name, value in request.GET.items() if name not in (*pagination.KEYS, *OF_THE_PAGE)}
    if "seen" in changes:
        kept |= {name: request.GET[name] for name in pagination.KEYS if request.GET.get(name)}
    return urlencode({**kept, **changes})


def _choices(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the filters offer, the views, and to whom a manager can assign."""
    view = request.GET.get("view", "")
    views = list(saved_views.offered_to(user))
    text = blind_index.asked_in(request.GET) or ""
    return {
        "text": text,
        "given": request.GET.dict(),
        "selects": _selects(request, user),
        "more": _more(request),
        "is_more_open": any(request.GET.get(name) for name in BEHIND_MORE),
        "is_narrowed": any(request.GET.get(name) for name in ("q", *FILTERS)),
        "countries": matrix.country_choices(get_language() or "en"),
        "views": views,
        "view": next((found for found in views if str(found.pk) == view), None),
        "kept": saved_views.query_of(request.GET),
        "reviewers": reviewers() if user_can_assign(user) else [],
        "leaving": verdicts.leaving(user),
    }


def _selects(request: HttpRequest, user: User) -> list[Select]:
    """The filters that are always in sight."""
    projects, people = queue.offered()
    others = [(username, name) for username, name in people if username != user.username]
    holders = [("nobody", _("nobody")), ("me", _("me")), ("someone", _("anybody")), *others]
    return [
        select(request, "assignee", _("Held by or for"), holders),
        select(
            request, "left", _("Time left"), [("over", _("overdue")), ("1h", _("under 1 h")), ("4h", _("under 4 h"))]
        ),
        select(request, "status", _("Status"), [(status.value, str(Status(status).label)) for status in IN_REVIEW]),
        select(request, "project", _("Project"), projects),
    ]


def _more(request: HttpRequest) -> list[Select]:
    """The filters behind "more"."""
    return [select(request, name, label, choices) for name, label, choices in _standing()]


def _standing() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(name, label, choices) of the filters whose choices never change."""
    bands = [("low", _("under 50")), ("middle", _("50 to 79")), ("high", _("80 and more")), ("none", _("not told"))]
    ages = [("4h", _("over 4 h")), ("12h", _("over 12 h")), ("24h", _("over 24 h"))]
    return [
        ("id_type", _("ID type"), [(name, form_fields.choice_label(name)) for name in matrix.ID_TYPES]),
        ("retry", _("Last retry code"), [(code, _what(code)) for code in RETRIES]),
        ("face", _("Similarity"), bands),
        ("liveness", _("Liveness"), bands),
        ("tries_left", _("Tries left"), [(number, number) for number in ("0", "1", "2")]),
        ("age", _("Pending for"), ages),
        ("asked", _("Agent asked"), [("open", _("no answer yet")), ("answered", _("answer not read"))]),
    ]


def _what(code: str) -> str:
    """A retry code as what happened, with the code itself."""
    surface = "step1_retry" if code in codes.TABLES["step1_retry"] else "step2_retry"
    return f"{vendor_text.advice_words(codes.advice_for(code, '', surface)).what_happened} ({code})"


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """The filters and the search text as one address: short, without empty parts, the text sealed."""
    reviewer(request)
    kept = {name: request.POST[name].strip() for name in FILTERS if request.POST.get(name, "").strip()}
    text = request.POST.get("text", "").strip()
    if text:
        try:
            guess_limit.count(person(request), text)
        except guess_limit.TooManyNumbers:
            messages.error(request, guess_limit.sentence())
            return redirect("review_queue")
        kept["q"] = blind_index.sealed(text)
    return redirect(f"{reverse('review_queue')}?{urlencode(kept or {'view': 'all'})}")


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Say whose turn the ticked ones are: assigning never decides."""
    user = reviewer(request)
    check_user_can_assign(user)
    back = safe_next(request, "review_queue")
    wanted = request.POST.get("to", "")
    to = reviewers().filter(username=wanted).first()
    chosen = _ids(request.POST.getlist("submission"))
    if not chosen or (to is None and wanted != "nobody"):
        messages.error(request, _("Tick the submissions and choose a reviewer to assign them to."))
        return redirect(back)
    done, skipped = claims.assign(chosen, to, by=events.actor_of(request))
    name = to.name if to else _("nobody")
    messages.success(request, _("%(done)d assigned to %(name)s.") % {"done": done, "name": name})
    if skipped:
        messages.warning(
            request,
            _("%(count)d left as they were: decided, or %(name)s may not decide them.")
            % {"count": skipped, "name": name},
        )
    return redirect(back)


def _ids(texts: list[str]) -> list[uuid.UUID]:
    ids = []
    for text in texts[:200]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return ids
