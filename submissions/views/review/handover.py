"""The hand-over list at the end of a shift."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.models.submission_key import load_keys
from submissions.reporting import handover
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_see_handover


@require_safe
def handover_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_see_handover(user)
    given = request.GET.get("until", "").strip()
    until = handover.next_shift(given)
    if until is None:
        messages.warning(request, _("Enter the time as HH:MM, for example 18:00. The next 8 hours are shown."))
        until = handover.next_shift("")
        assert until is not None
    found = handover.gather(user, until)
    load_keys(found.submissions)
    events.record_list("handover_opened", by=events.actor_of(request), shown=found.submissions, filters={})
    return render(request, "review/handover.html", {"handover": found, "until": until, "now": clock.now()})
