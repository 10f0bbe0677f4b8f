"""The state of sending: the stop switch, the hold of a restored database, unreachable vendors."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.core.vendor_text import named
from submissions.models import Project, Submission, Switch, User
from submissions.models.submission import UNDER_DEADLINE
from submissions.outbox import gate, restore_hold, restore_watermark
from submissions.signals import project_state
from submissions.vendor_sync import restore_recovery
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import (
    check_user_can_lift_hold,
    check_user_can_see_sending,
    check_user_can_stop_sending,
)

SHOWN = 50


@require_safe
def sending(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_see_sending(user)
    switch = Switch.read()
    started = _started(user)
    events.record_list("sending_opened", by=events.actor_of(request), shown=started, filters={})
    context = {
        "switch": switch,
        "projects": [_row(project, switch) for project in Project.objects.order_by("name")],
        "progress": restore_recovery.progress() if switch.on_hold_since else None,
        "started": started,
    }
    return render(request, "operations/outgoing_requests.html", context)


def _row(project: Project, switch: Switch) -> tuple[Project, str, str]:
    return project, gate.why_closed(project, switch), project_state.effect(project)


def _started(user: User) -> list[Submission]:
    """Return submissions whose 24 hours have started, least time first; references only, for administrators too."""
    rows: Any = visible_to(user).filter(status__in=UNDER_DEADLINE, deadline_at__isnull=False)
    return list(rows.select_related("project", "team").order_by("deadline_at")[:SHOWN])


@require_POST
def stop_switch(request: HttpRequest) -> HttpResponse:
    """Let a manager stop all sending with a reason, and resume it."""
    check_user_can_stop_sending(person(request))
    if request.POST.get("stop") != "1":
        gate.resume_sending(by=events.actor_of(request))
        messages.success(request, _("Processing resumed."))
        return redirect("sending")
    reason = read_reason(
        request,
        missing=_("Enter why processing is paused. Everyone can read it."),
        title=_("Pause processing"),
        back=reverse("sending"),
    )
    gate.stop_sending(by=events.actor_of(request), why=reason)
    messages.success(request, _("Processing paused. New requests are queued."))
    return redirect("sending")


@require_POST
def lift_hold(request: HttpRequest) -> HttpResponse:
    """Lift the hold after an administrator has checked what only the vendor has."""
    check_user_can_lift_hold(person(request))
    reason = read_reason(
        request, missing=_("Enter what you have checked."), title=_("Lift restore lock"), back=reverse("sending")
    )
    if restore_recovery.is_under_way() and request.POST.get("anyway") != "1":
        text = _("The portal is still checking with ARGOS. Wait, or confirm that the lock may be lifted now.")
        messages.error(request, named(text, Project.objects.shared_vendor_name()))
    else:
        _lift(request, reason)
    return redirect("sending")


def _lift(request: HttpRequest, why: str) -> None:
    try:
        restore_hold.lift(by=events.actor_of(request), why=why)
    except restore_hold.ErasuresMissed as error:
        messages.error(request, str(error))
    except restore_watermark.WatermarkNotWritten:
        messages.error(
            request,
            _("Lock not lifted: neither Redis nor the data directory can be written. Repair one of them first."),
        )
    else:
        messages.success(request, _("Restore lock lifted. Requests are sent again."))
