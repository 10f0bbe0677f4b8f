"""Users: sign-in, role and team; temporary passwords, second factors and sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.accounts import one_time_password, sessions
from submissions.accounts.mfa import policy
from submissions.aml import reviews
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.models import Project, Team, User
from submissions.review.workload import claims
from submissions.views.request_helpers import person
from submissions.views.settings.people_forms import AREA, NewPersonForm, OwnForm, PersonForm
from submissions.workflow.role_permissions import check_user_can_administer, has_duty

PAGE_SIZE = 50


def with_factor() -> "QuerySet[User]":
    """Return all people with `has_factor`: whether a second factor is set up."""
    factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=policy.SECOND_FACTORS)
    return User.objects.people().select_related("team").annotate(has_factor=Exists(factors))


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    text = request.GET.get("q", "").strip()[:80].replace("\0", "")
    rows = with_factor().order_by("-is_active", "name", "pk")
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "settings/people.html", {"page": page, "text": text})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create a user with a temporary password, which is shown once on the next page and not stored."""
    check_user_can_administer(person(request))
    form = NewPersonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "settings/person_new.html", {"form": form}, status=422 if form.errors else 200)
    by, made = events.actor_of(request), form.instance
    made.set_unusable_password()
    with transaction.atomic():
        made.save()
        events.record("person_added", by=by, fields=_event_fields(made, form.changed_data))
        _record_area(made, {"projects": [], "teams": []}, by=by)
        password = one_time_password.issue(made, by=by)
    return _show(request, made, password)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_administer(person(request))
    found = get_object_or_404(with_factor(), pk=pk)
    is_own, before = found == request.user, _area_of(found)
    form = (OwnForm if is_own else PersonForm)(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            by = events.actor_of(request)
            with transaction.atomic():
                found.save(update_fields={*form.changed_data, *AREA})
                events.record("person_changed", by=by, fields=_event_fields(found, form.changed_data))
                _record_area(found, before, by=by)
                if {"role", *AREA} & set(form.changed_data):
                    claims.release_hidden(found, by=by)
                    reviews.release_hidden(found, by=by)
        messages.success(
            request, _("%(name)s saved.") % {"name": found.name} if form.changed_data else _("No changes.")
        )
        return redirect("settings_person", pk=pk)
    context = {"form": form, "found": found, "is_own": is_own, "sessions": sessions.valid_sessions(found)}
    context["has_duty"] = has_duty(found)
    return render(request, "settings/person.html", context, status=422 if form.errors else 200)


def _event_fields(changed: User, fields: list[str]) -> dict[str, Any]:
    return {"person": changed.username, "changed": fields, "role": changed.role}


def _area_of(user: User) -> dict[str, list[str]]:
    """Return the names of the projects and teams to which the user is limited."""
    chosen = {"projects": (Project, user.review_projects), "teams": (Team, user.review_teams)}
    return {
        name: list(model._default_manager.filter(pk__in=ids).order_by("name").values_list("name", flat=True))
        for name, (model, ids) in chosen.items()
    }


def _record_area(changed: User, before: dict[str, list[str]], *, by: Actor) -> None:
    after = _area_of(changed)
    if after != before:
        fields = {"person": changed.username, "before": before, "after": after}
        events.record("review_area_changed", by=by, fields=fields)


@require_POST
def give_password(request: HttpRequest, pk: int) -> HttpResponse:
    found, refused = _other(request, pk)
    return refused or _show(request, found, one_time_password.issue(found, by=events.actor_of(request)))


@require_POST
def reset_factors(request: HttpRequest, pk: int) -> HttpResponse:
    found, refused = _other(request, pk)
    if refused:
        return refused
    one_time_password.forget_second_factors(found, by=events.actor_of(request))
    messages.success(request, _("Second factors of %(name)s reset. Set-up follows at sign-in.") % {"name": found.name})
    return redirect("settings_person", pk=pk)


@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_administer(person(request))
    found = get_object_or_404(User.objects.people(), pk=pk)
    sessions.end_all(found, by=events.actor_of(request))
    messages.success(request, _("Sessions of %(name)s ended.") % {"name": found.name})
    return redirect("settings_person", pk=pk)


def _other(request: HttpRequest, pk: int) -> tuple[User, HttpResponse | None]:
    """Return the user, and a refusal if it is the administrator themselves."""
    check_user_can_administer(person(request))
    found = get_object_or_404(User.objects.people(), pk=pk)
    if found != request.user:
        return found, None
    text = _("Not for yourself, so nothing was done: change your own password and factors on your account pages.")
    messages.error(request, text)
    return found, redirect("settings_person", pk=pk)


def _show(request: HttpRequest, found: User, password: str) -> HttpResponse:
    return render(request, "settings/temporary_password.html", {"found": found, "password": password})
