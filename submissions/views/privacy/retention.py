"""Retention: periods, due submissions, and an administrator's actions on one submission. References only."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import Project, Submission
from submissions.privacy import erasure, retention
from submissions.views.forms.retention import EndForm, EraseForm, HoldForm, LiftForm
from submissions.views.request_helpers import person
from submissions.workflow.permissions import NotAllowed, get_submission_for
from submissions.workflow.role_permissions import check_user_can_retain

SHOWN = 50


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the periods of each project, the dry run now and in 30 days, holds, requests, and the last erasures."""
    check_user_can_retain(person(request))
    if text := request.GET.get("reference", "").strip().upper():
        found = Submission.objects.filter(reference=text).first()
        if found is not None:
            return redirect("retention_act", pk=found.pk)
        messages.warning(request, _("No submission has the reference %(text)s.") % {"text": text})
    rows = Submission.objects.select_related("project")
    context = {
        "projects": Project.objects.order_by("name"),
        "due": retention.dry_run(),
        "soon": retention.dry_run(clock.now() + timedelta(days=30)),
        "held": rows.filter(legal_hold_at__isnull=False, erased_at=None).order_by("legal_hold_at")[:SHOWN],
        "asked": rows.filter(erasure_asked_at__isnull=False, erased_at=None).order_by("erasure_asked_at")[:SHOWN],
        "kept": retention.kept_by_vendor().order_by("erasure_asked_at")[:SHOWN],
        "erased": rows.filter(erased_at__isnull=False).order_by("-erased_at")[:SHOWN],
        "reference": text,
    }
    return render(request, "privacy/retention/overview.html", context)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change one submission's retention: end of the relationship, legal hold, erasure."""
    check_user_can_retain(person(request))
    found = get_submission_for(person(request), pk, "see")
    action = request.POST.get("action", "")
    if request.method != "POST":
        return _page(request, found)
    if action not in ACTIONS:
        raise NotAllowed(_("The page does not know this action."))
    form_class, carry_out = ACTIONS[action]
    form = form_class(request.POST)
    if not form.is_valid():
        return _page(request, found, action, form)
    try:
        messages.success(request, carry_out(found, form.cleaned_data, request))
    except erasure.OnLegalHold:
        messages.error(request, _("On legal hold. Lift the hold first."))
    except erasure.StillRunning:
        text = _("Not closed yet, or an ARGOS request is in progress. Try again when it has ended.")
        messages.error(request, named(text, found.project.vendor_name))
    return redirect("retention_act", pk=pk)


def _page(request: HttpRequest, found: Submission, action: str = "", form: Any = None) -> HttpResponse:
    forms = {
        "end": EndForm(initial={"on": retention.ended_on(found)}, auto_id="end_%s"),
        "hold": HoldForm(auto_id="hold_%s"),
        "lift": LiftForm(auto_id="lift_%s"),
        "erase": EraseForm(auto_id="erase_%s"),
    }
    if form is not None:
        form.auto_id = f"{action}_%s"
        forms[action] = form
    at_vendor = forms["erase"].fields["at_vendor"]
    at_vendor.label = named(at_vendor.label, found.project.vendor_name)
    context = {"submission": found, "forms": forms, "back": reverse("retention")}
    context["ended_on"] = retention.ended_on(found)
    context["is_kept_by_vendor"] = retention.kept_by_vendor().filter(pk=found.pk).exists()
    return render(request, "privacy/retention/act.html", context, status=200 if form is None else 422)


def _end(found: Submission, data: dict[str, Any], request: HttpRequest) -> str:
    retention.end_relationship(found, data["on"], by=events.actor_of(request))
    return _("End of relationship saved.")


def _hold(found: Submission, data: dict[str, Any], request: HttpRequest) -> str:
    retention.set_legal_hold(found, by=events.actor_of(request), reason=data["reason"])
    return _("Legal hold set. Nothing is deleted.")


def _lift(found: Submission, data: dict[str, Any], request: HttpRequest) -> str:
    retention.lift_legal_hold(found, by=events.actor_of(request), reason=data["reason"])
    return _("Legal hold lifted.")


def _erase(found: Submission, data: dict[str, Any], request: HttpRequest) -> str:
    by = events.actor_of(request)
    erasure.request_erasure(found, by=by, why=data["why"], reason=data["reason"], at_vendor=data["at_vendor"])
    text = _("Deletion requested. It takes a few minutes, after the answer of ARGOS where its copy is deleted too.")
    return named(text, found.project.vendor_name)


Act = Callable[[Submission, dict[str, Any], HttpRequest], str]
ACTIONS: dict[str, tuple[type[Any], Act]] = {
    "end": (EndForm, _end),
    "hold": (HoldForm, _hold),
    "lift": (LiftForm, _lift),
    "erase": (EraseForm, _erase),
}
