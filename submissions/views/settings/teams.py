"""Teams decide which submissions an agent sees."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from submissions.audit import events
from submissions.models import Team
from submissions.views.request_helpers import person
from submissions.views.settings.people_forms import TeamForm
from submissions.workflow.role_permissions import check_user_can_administer


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    rows = Team.objects.annotate(members=Count("user", filter=Q(user__is_active=True, user__api_token=None))).order_by(
        "name"
    )
    return render(request, "settings/teams.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _page(request, Team())


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_administer(person(request))
    return _page(request, get_object_or_404(Team, pk=pk))


def _page(request: HttpRequest, team: Team) -> HttpResponse:
    check_user_can_administer(person(request))
    name, is_new = team.name, team._state.adding
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            with transaction.atomic():
                team.save()
                kind = "team_added" if is_new else "team_changed"
                events.record(kind, by=events.actor_of(request), fields={"team": team.name, "before": name})
        messages.success(request, _("%(name)s saved.") % {"name": team.name})
        return redirect("settings_teams")
    members = team.user_set.filter(is_active=True, api_token=None).order_by("name") if not is_new else []
    context = {"form": form, "name": name, "members": members}
    return render(request, "settings/team.html", context, status=422 if form.errors else 200)
