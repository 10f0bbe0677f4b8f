"""The preferences of a user: the time zone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.accounts.preferences import time_zone
from submissions.audit import events
from submissions.views.request_helpers import person


@require_POST
def choose_time_zone(request: HttpRequest) -> HttpResponse:
    try:
        time_zone.choose(person(request), request.POST.get("time_zone", ""), by=events.actor_of(request))
    except ValueError as unknown:
        raise Http404 from unknown
    messages.success(request, _("Time zone saved."))
    return redirect("session_list")
