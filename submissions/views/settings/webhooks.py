"""The webhook URL of a project: rotate it after a confirmation, end the previous one early."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from submissions.audit import events
from submissions.models import Project
from submissions.vendor_sync import webhook_url
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_administer


@require_http_methods(["GET", "POST"])
def rotate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    if request.method != "POST":
        context = {
            "project": project,
            "former_left": webhook_url.former_left(project),
            "shown": webhook_url.mark(project),
        }
        return render(request, "settings/webhook_rotate.html", context)
    if webhook_url.rotate(project, by=events.actor_of(request), shown=request.POST.get("shown", "")):
        messages.success(request, _("Webhook URL rotated. The previous one works for 1 hour."))
    else:
        messages.warning(request, _("The webhook URL was rotated already. Nothing was changed now."))
    return redirect("settings_project", pk=pk, tab="connection")


@require_POST
def end_former(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    webhook_url.end_former(project, by=events.actor_of(request))
    messages.success(request, _("The previous webhook URL has ended."))
    return redirect("settings_project", pk=pk, tab="connection")
