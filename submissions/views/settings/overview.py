"""The administrator's home: what needs attention, and links to each setting."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from submissions.accounts.mfa import policy
from submissions.core import clock
from submissions.models import ConsentText, Endpoint, Project, Switch, Team, User
from submissions.outbox import gate
from submissions.vendor_sync import webhook_url
from submissions.views.request_helpers import person
from submissions.views.settings.people import with_factor
from submissions.workflow.role_permissions import check_user_can_administer

SHOWN = 12


@dataclass(frozen=True)
class ProjectState:
    """`why_closed`: "" if requests are sent. `former_left`: minutes of the previous webhook URL."""

    project: Project
    why_closed: str
    former_left: int


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    consent = ConsentText.objects.filter(project=OuterRef("pk"))
    projects: Any = Project.objects.annotate(has_consent=Exists(consent)).order_by("name")
    switch = Switch.read()
    states = [ProjectState(row, gate.why_closed(row, switch), webhook_url.former_left(row)) for row in projects]
    people = with_factor().filter(is_active=True)
    without = people.exclude(authenticator__type__in=policy.SECOND_FACTORS)
    temporary = people.filter(one_time_until__gt=clock.now()).order_by("one_time_until")
    context = {
        "states": states,
        "closed_projects": [state for state in states if state.why_closed],
        "ending": [state for state in states if state.former_left],
        "lacking_consent": [row for row in projects if row.requires_consent and not row.has_consent],
        "lacking_reviewer": [row for row in projects if row.reviewer == "client" and not row.admin_email],
        "without_factor": without.order_by("name")[:SHOWN],
        "without_count": without.count(),
        "temporary": temporary[:SHOWN],
        "disabled_endpoints": Endpoint.objects.filter(disabled_at__isnull=False, disabled_by=None),
        "people_count": User.objects.people().filter(is_active=True).count(),
        "team_count": Team.objects.count(),
    }
    return render(request, "settings/overview.html", context)
