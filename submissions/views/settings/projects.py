"""Projects: the list, a new one from four settings, and each project's settings in tabs."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from argos import base_url
from submissions.accounts.mfa import policy
from submissions.audit import events
from submissions.models import Project, Submission, Switch
from submissions.outbox import gate
from submissions.search.counting import Counted
from submissions.signals import project_state
from submissions.vendor_sync import connection, webhook_url
from submissions.views.request_helpers import person
from submissions.views.settings.list_editors import ListEditor, Rows
from submissions.views.settings.project_forms import TABS, ConnectionForm, NewProjectForm, Tab
from submissions.views.settings.setting_form import SettingForm
from submissions.workflow import targets, working_hours
from submissions.workflow.role_permissions import check_user_can_administer

Lists = list[tuple[ListEditor, Rows]]


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    switch = Switch.read()
    rows = [(project, gate.why_closed(project, switch)) for project in Project.objects.order_by("name")]
    return render(request, "settings/projects.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_accepted():
        project: Project = form.instance
        project.new_webhook_token()
        _save(form, [], request)
        messages.success(request, _("%(name)s created. Give its webhook URL to ARGOS.") % {"name": project.name})
        return redirect("settings_project", pk=project.pk, tab="connection")
    return render(request, "settings/project_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: uuid.UUID, tab: str) -> HttpResponse:
    """Edit one tab of a project. The button *Test connection* posts the same form and saves nothing."""
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    if tab not in TABS:
        raise Http404(tab)
    posted = request.POST if request.method == "POST" else None
    context = tab_context(project, tab, posted)
    form, lists = context["form"], context["lists"]
    if posted is None:
        return page(request, project, context)
    if "test" in posted and isinstance(form, ConnectionForm):
        return _tested(request, project, form, context)
    if not _is_accepted(form, lists):
        return page(request, project, context, status=422)
    is_changed = _save(form, lists, request)
    messages.success(request, _("%(name)s saved.") % {"name": project.name} if is_changed else _("No changes."))
    return redirect("settings_project", pk=pk, tab=tab)


def tab_context(project: Project, tab: str, posted: Any = None) -> dict[str, Any]:
    name, shown = project.name, TABS[tab]
    form = shown.form(posted, instance=project)
    lists = [(editor, editor.rows_of(project, posted)) for editor in shown.editors]
    return {"form": form, "lists": lists, "tab": tab, "name": name}


def _is_accepted(form: SettingForm, lists: Lists) -> bool:
    """Validate both forms, so that each shows its errors; contact ARGOS only if everything else is valid."""
    valid = [rows.is_valid() for _editor, rows in lists]
    are_valid = all(valid)
    if isinstance(form, ConnectionForm) and are_valid:
        return form.is_accepted()
    return form.is_valid() and are_valid


def _save(form: SettingForm, lists: Lists, request: HttpRequest) -> bool:
    """Save the changes with their event; return False without changes."""
    project, is_new = form.instance, form.instance._state.adding
    changed = list(form.changed_data)
    columns = {name for name in changed if hasattr(project, name)}
    for editor, rows in lists:
        if rows.has_changed():
            setattr(project, editor.column, editor.write(project, rows.rows()))
            changed, columns = [*changed, editor.name], {*columns, editor.column}
    if key := form.cleaned_data.get("new_key"):
        project.api_key = key
        project.paused_at, project.paused_reason = None, ""
        columns |= {"api_key_sealed", "paused_at", "paused_reason"}
    if secret := form.cleaned_data.get("new_gateway_secret"):
        project.gateway_secret = secret
        columns |= {"gateway_secret_sealed"}
    if not changed:
        return False
    with transaction.atomic():
        project.save(force_insert=True) if is_new else project.save(update_fields=columns)
        targets.follow(project, columns)
        kind = "project_added" if is_new else "project_changed"
        events.record(kind, by=events.actor_of(request), fields=_event_fields(project, changed))
    policy.forget_look()
    return True


def _event_fields(project: Project, changed: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"project": project.name, "changed": changed}
    if "base_url" in changed:
        address = base_url.read(project.base_url)
        fields["host"] = address.host if address else ""
    return fields


def _tested(request: HttpRequest, project: Project, form: ConnectionForm, context: dict[str, Any]) -> HttpResponse:
    if not form.is_valid():
        return page(request, project, context, status=422)
    form.fields["new_key"].widget.render_value = True  # the next request saves what was typed
    reply = connection.check(form.trial())
    tested = {"reply": reply, "checks": connection.checks(form.instance, reply)}
    return page(request, project, {**context, **tested})


def page(request: HttpRequest, project: Project, context: dict[str, Any], status: int = 200) -> HttpResponse:
    tabs: list[tuple[str, Tab]] = list(TABS.items())
    count = Project.objects.filter(pk=project.pk).values_list(Counted(Submission.objects.filter(project=project)))
    context = {
        "trial": None,
        "trial_address": "",
        **context,
        "project": project,
        "tabs": tabs,
        "why_closed": gate.why_closed(project),
        "state_effect": project_state.effect(project),
        "state_sentence": project_state.sentence(project),
        "submissions": count.get()[0],
        "webhook": webhook_url.current(project),
        "former_left": webhook_url.former_left(project),
        **({"next_days": working_hours.preview(project)} if context["tab"] == "review" else {}),
    }
    return render(request, "settings/project.html", context, status=status)


@require_POST
def resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End the pause after a refused key or address."""
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    with transaction.atomic():
        gate.resume(project)
        events.record("project_resumed", by=events.actor_of(request), fields={"project": project.name})
    messages.success(request, _("Processing of %(name)s resumed.") % {"name": project.name})
    return redirect("settings_project", pk=pk, tab="connection")
