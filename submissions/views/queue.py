"""The pending queue, "claim next", and a manager's assigning."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import matrix
from submissions import console, events, fields, paging, queue, review
from submissions.models import Project, Role, Status, User
from submissions.models.submission import IN_REVIEW, load_keys
from submissions.permissions import NotAllowed
from submissions.views.asking import safe_next
from submissions.views.console import reviewer

PAGE = 40


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """The whole page, or its rows alone when the page asks for them again."""
    user = reviewer(request)
    rows, ignored = queue.waiting(user, request.GET)
    page = paging.oldest_target_first(rows, request.GET.get("after", ""), PAGE)
    load_keys(page.rows)
    _record_look(request, page)
    context = {
        "page": page,
        "waiting": queue.bounded_count(rows),
        "full_query": request.GET.urlencode(),
        "given": request.GET.dict(),
        "may_assign": user.role == Role.MANAGER,
        "leaving": console.leaving(user),
    }
    if request.headers.get("HX-Request"):
        return render(request, "review/_rows.html", context)
    for name in [*ignored, *queue.unknown(request.GET)]:
        messages.warning(request, _("The filter “%(name)s” has no such value and was left out.") % {"name": name})
    return render(request, "review/queue.html", {**context, **_choices(request, user)})


def _record_look(request: HttpRequest, page: paging.Page) -> None:
    """A page that asks again for the same rows is the same look; other rows are another one."""
    shown = [row.reference for row in page.rows]
    if request.headers.get("HX-Request") and request.session.get("queue_shown") == shown:
        return
    request.session["queue_shown"] = shown
    events.record_list("queue_opened", by=events.actor_of(request), shown=page.rows, filters=request.GET)


def _choices(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the filters offer, and to whom a manager can assign."""
    reviewers = User.objects.filter(role__in=(Role.OFFICER, Role.MANAGER), is_active=True).order_by("name")
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "query": query.urlencode(),
        "selects": _selects(request),
        "reviewers": reviewers if user.role == Role.MANAGER else [],
    }


def _selects(request: HttpRequest) -> list[dict[str, Any]]:
    """(name, label, choices, what is chosen) of each filter that is a list."""
    bands = [("low", _("under 50")), ("middle", _("50 to 79")), ("high", _("80 and more")), ("none", _("not told"))]
    projects = [(str(pk), name) for pk, name in Project.objects.order_by("name").values_list("pk", "name")]
    lists: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("assignee", _("Held by"), [("nobody", _("nobody")), ("me", _("me")), ("someone", _("anybody"))]),
        ("left", _("Time left"), [("over", _("overdue")), ("1h", _("under 1 h")), ("4h", _("under 4 h"))]),
        ("age", _("Pending for"), [("4h", _("over 4 h")), ("12h", _("over 12 h")), ("24h", _("over 24 h"))]),
        ("status", _("Status"), [(status.value, str(Status(status).label)) for status in IN_REVIEW]),
        ("project", _("Project"), projects),
        ("id_type", _("ID type"), [(name, fields.choice_label(name)) for name in matrix.ID_TYPES]),
        ("face", _("Similarity"), bands),
        ("liveness", _("Liveness"), bands),
        ("tries", _("Selfies sent"), [(number, number) for number in ("1", "2", "3")]),
    ]
    return [
        {"name": name, "label": label, "choices": choices, "chosen": request.GET.get(name, "")}
        for name, label, choices in lists
    ]


@require_POST
def claim_next(request: HttpRequest) -> HttpResponse:
    reviewer(request)
    taken = review.claim_next(by=events.actor_of(request))
    if taken is None:
        messages.info(request, _("Nothing is waiting that you may decide."))
        return redirect("review_queue")
    return redirect("review", pk=taken.pk)


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Reserve the ticked ones for a person: assigning never decides."""
    user = reviewer(request)
    if user.role != Role.MANAGER:
        raise NotAllowed(_("Only managers assign."))
    back = safe_next(request, "review_queue")
    to = User.objects.filter(pk=_number(request.POST.get("to", "")), is_active=True).first()
    chosen = _ids(request.POST.getlist("submission"))
    if to is None or not to.is_reviewer or not chosen:
        messages.error(request, _("Tick the submissions and choose a reviewer to assign them to."))
        return redirect(back)
    done, skipped = review.assign(chosen, to, by=events.actor_of(request))
    messages.success(request, _("%(done)d assigned to %(name)s for 30 minutes.") % {"done": done, "name": to.name})
    if skipped:
        messages.warning(
            request, _("%(count)d left as they were: decided, held, or captured by that person.") % {"count": skipped}
        )
    return redirect(back)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _ids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:200]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
