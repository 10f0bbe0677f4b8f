"""The first page of each user: their open work, and a manager's figures."""

from collections.abc import Mapping
from typing import Any

from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import access_report, events
from submissions.core import clock
from submissions.demo import first_use
from submissions.models import Submission, User
from submissions.models.submission_key import load_keys
from submissions.privacy import resident_numbers
from submissions.reporting import overview, own_work, workload
from submissions.review import queue
from submissions.search.counting import shown
from submissions.views.frame import counters
from submissions.views.lists import todo
from submissions.views.request_helpers import person, safe_next, unread_mentions
from submissions.views.settings import overview as settings_overview
from submissions.workflow import alerts
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import is_administrator, is_manager, user_can_see_queue

SHOWN = 12
DUE_SOON = 5
NUMBERS = 5


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if is_administrator(user):
        return settings_overview.overview(request)
    if is_manager(user):
        template, context, rows = "start/manager.html", *_manager(request, user)
    elif user_can_see_queue(user):
        template, context, rows = "start/officer.html", *_officer(request, user)
    else:
        template, context, rows = "start/agent.html", *_agent(request, user)
    has_mentions = counters.of(request, user)["has_mentions"]
    context["mentions"] = unread_mentions(request, user)[:SHOWN] if has_mentions else []
    rows = [*rows, *(mention.note.submission for mention in context["mentions"])]  # whose notes it shows
    load_keys(rows)
    visible = {row.pk: row for row in rows}
    events.record_list("start_opened", by=events.actor_of(request), shown=visible.values(), filters={})
    return render(request, template, {**context, "now": clock.now()})


def _figures(request: HttpRequest, user: User, own: Mapping[str, Combinable]) -> dict[str, Any]:
    """Read the page's own figures with those of the frame and the demo's checklist in one query."""
    of_demo = first_use.figures()
    found = counters.read_beside(request, user, {**own, **of_demo})
    steps = first_use.steps({name: found.pop(name) for name in of_demo})
    return {**found, "numbers": counters.of(request, user)["numbers"], "first_use": steps}


def _manager(request: HttpRequest, user: User) -> tuple[dict[str, Any], list[Submission]]:
    """Return the figures, and the rows due soon without personal data."""
    waiting = overview.queue(visible_to(user))
    days = overview.decisions(user)
    due_soon = visible_to(user).for_review("claimed_by", "assigned_to").awaiting_review()
    rows = list(due_soon.order_by("target_at", "id")[:DUE_SOON])
    found = _figures(request, user, overview.figures(user, resident_numbers.waiting_for(user)))
    exceptions, answered = overview.exceptions(found)
    named = overview.band_labels()
    has_escalated = any(one.count for one in exceptions if one.name == "escalated")
    has_unassigned = any(one.count for one in exceptions if one.name == "unassigned")
    escalated = list(workload.escalated(user)[:SHOWN]) if has_escalated else []
    context = {
        "queue": waiting,
        "days": days,
        "rate": days.approval_rate,
        "rate_change": _change(days.approval_rate, days.rate_before),
        "today_change": days.today - days.a_week_ago,
        "median": found["median"],
        "answered": answered,
        "exceptions": exceptions,
        "escalated": escalated,
        "not_assigned": workload.not_assigned(user) if has_unassigned else [],
        "bands": [(named[name], counts) for name, counts in waiting.bands.items()],
        "load": overview.load(user, waiting),
        "due_soon": rows,
        "downloading": list(access_report.downloading_today()) if found["has_downloading"] else [],
        "first_use": found["first_use"],
    }
    return context, [*rows, *escalated]


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def _officer(request: HttpRequest, user: User) -> tuple[dict[str, Any], list[Submission]]:
    mine = queue.mine_of(user, visible_to(user).for_review("given_by")).order_by("target_at")
    own, following = list(mine[:SHOWN]), list(own_work.next_unassigned(user))
    to_redact = resident_numbers.waiting_for(user)
    figures = _figures(request, user, own_work.reviewer_figures(user))
    numbers = list(to_redact[:NUMBERS]) if figures["numbers"] else []
    context: dict[str, Any] = {
        "mine": own,
        "next_up": following,
        "figures": figures,
        "next_left": own[0].time_left if own else None,
        "unassigned": shown(figures["unassigned"]),
        "numbers": numbers,
        "last": list(own_work.last_decisions(user)),
        "first_use": figures["first_use"],
    }
    return context, [*own, *following, *(image.submission for image in numbers)]


def _agent(request: HttpRequest, user: User) -> tuple[dict[str, Any], list[Submission]]:
    kind = request.GET.get("kind", "")
    figures = _figures(request, user, own_work.agent_figures(user))
    tasks = todo.of(user, resident_numbers.waiting_for(user) if figures["numbers"] else ())
    chosen = [task for task in tasks if task.kind == kind] if kind in todo.KINDS else tasks
    context = {
        "tasks": chosen,
        "kind": kind if kind in todo.KINDS else "",
        "chips": todo.chips(tasks),
        "all_count": len(tasks),
        "is_cut": any(count >= todo.SHOWN for _kind, _label, count in todo.chips(tasks)),
        "most": todo.SHOWN,
        "figures": figures,
        "first_use": figures["first_use"],
    }
    return context, [task.submission for task in chosen]


@require_POST
def alerts_seen(request: HttpRequest) -> HttpResponse:
    alerts.mark_seen(person(request), set(request.POST.getlist("alert")))
    return redirect(safe_next(request, "start"))
