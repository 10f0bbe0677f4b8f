"""Save which columns a list shows, and how many rows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.search import columns
from submissions.views.request_helpers import person, safe_next
from submissions.workflow.role_permissions import check_user_can_list, check_user_can_see_queue


@require_POST
def save(request: HttpRequest, name: str) -> HttpResponse:
    user = person(request)
    if name == "queue":
        check_user_can_see_queue(user)
    else:
        check_user_can_list(user)
    columns.save_settings(user, name, request.POST.getlist("column"), request.POST.get("size", ""))
    messages.success(request, _("Columns saved."))
    return redirect(safe_next(request, "review_queue" if name == "queue" else "submission_list"))
