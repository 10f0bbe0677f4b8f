"""Each person's first page: what is theirs to do now."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import access_report, events
from submissions.capture import callbacks
from submissions.models import Call, CallState, Status, Submission, User
from submissions.models.submission import CAPTURING, SENDING
from submissions.models.submission_key import load_keys
from submissions.review import mentions, questions, queue
from submissions.views.request_helpers import person, safe_next
from submissions.workflow import alerts
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import is_administrator, is_manager, user_can_see_queue

SHOWN = 12


@dataclass(frozen=True)
class Shown:
    """The first rows of a list; `total` and `url` where there are more: how many in all, and where they stand."""

    title: str
    rows: list[Submission]
    empty: str
    total: int = 0
    url: str = ""


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if is_administrator(user):
        return redirect("admin:index")
    context = _reviewer(user) if user_can_see_queue(user) else _agent(user)
    rows = [row for shown in context["lists"] for row in shown.rows]
    rows += [*context["calls_due"], *context["news"]]
    context["mentions"] = mentions.unread(user)[:SHOWN]
    rows += [mention.note.submission for mention in context["mentions"]]  # whose notes it shows
    load_keys(rows)
    shown = {row.pk: row for row in rows}
    events.record_list("start_opened", by=events.actor_of(request), shown=shown.values(), filters={})
    return render(request, "home.html", context)


def _agent(user: User) -> dict[str, Any]:
    team = visible_to(user).for_row()
    running = team.filter(status__in=(*CAPTURING, *SENDING), deadline_at__isnull=False).order_by("deadline_at")
    drafts = team.filter(status=Status.DRAFT).order_by("-created_at")
    return {
        "calls_due": list(callbacks.due(user).select_related("project")[:SHOWN]),
        "news": list(callbacks.to_pass_on(user).select_related("project")[:SHOWN]),
        "lists": [
            Shown(_("A reviewer asks you"), questions.waiting_for(user)[:SHOWN], _("Nobody asks anything.")),
            Shown(_("Running out first"), list(running[:SHOWN]), _("Nothing is waiting for the vendor's clock.")),
            _drafts(drafts),
        ],
        "stuck": [],
    }


def _drafts(drafts: "QuerySet[Submission]") -> Shown:
    first, empty = list(drafts[: SHOWN + 1]), _("No draft. A draft runs no clock.")
    if len(first) <= SHOWN:
        return Shown(_("Drafts"), first, empty)
    url = f"{reverse('submission_list')}?status={Status.DRAFT}"
    return Shown(_("Drafts"), first[:SHOWN], empty, drafts.count(), url)


def _reviewer(user: User) -> dict[str, Any]:
    rows = visible_to(user).for_row("given_by")
    mine = queue.mine_of(user, rows).order_by("target_at")
    pending = rows.awaiting_review().order_by("target_at", "id")
    overdue = rows.filter(status=Status.OVERDUE).order_by("deadline_at")
    differs = rows.filter(has_difference=True)
    lists = [
        Shown(_("Yours"), list(mine[:SHOWN]), _("You hold nothing, and nothing is assigned to you.")),
        Shown(_("Next in the queue"), list(pending[:SHOWN]), _("Nothing is pending.")),
        Shown(_("Overdue, waiting for the vendor"), list(overdue[:SHOWN]), _("None.")),
        Shown(_("Our record and the vendor's differ"), list(differs[:SHOWN]), _("None.")),
    ]
    manages = is_manager(user)
    nobody: dict[str, list[Submission]] = {"calls_due": [], "news": []}
    return nobody | {
        "lists": lists,
        "stuck": _stuck() if manages else [],
        "downloading": access_report.downloading_today() if manages else [],
    }


def _stuck() -> list[Call]:
    unknown = Call.objects.filter(state=CallState.UNKNOWN).select_related("submission")
    return list(unknown.order_by("sent_at")[:SHOWN])


@require_POST
def alerts_seen(request: HttpRequest) -> HttpResponse:
    alerts.mark_seen(person(request), set(request.POST.getlist("alert")))
    return redirect(safe_next(request, "start"))
