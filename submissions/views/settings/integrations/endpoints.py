"""Receivers of outgoing messages: webhooks and chat products."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Min, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.audit import events
from submissions.deliveries import endpoints, repeat
from submissions.models import Delivery, Endpoint
from submissions.views.request_helpers import person
from submissions.views.settings.integrations.forms import EndpointForm, ReplayForm
from submissions.workflow.role_permissions import check_user_can_administer


@require_safe
def endpoint_list(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    waiting = Delivery.objects.waiting().filter(endpoint=OuterRef("pk")).order_by().values("endpoint")
    counted = waiting.annotate(count=Count("pk"), oldest=Min("waiting_since"))
    rows = Endpoint.objects.select_related("project").annotate(
        waiting=Subquery(counted.values("count")), oldest=Subquery(counted.values("oldest"))
    )
    return render(request, "settings/endpoints.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    form = EndpointForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "endpoint": None, "name": ""}
        return render(request, "settings/endpoint.html", context, status=422 if form.errors else 200)
    endpoint = form.save(commit=False)
    endpoint.url = form.cleaned_data["url"]
    secret = endpoints.add(endpoint, by=events.actor_of(request))
    if secret:
        return _show(request, endpoint, secret)
    messages.success(request, _("%(name)s saved.") % {"name": endpoint.name})
    return redirect("settings_endpoint", pk=endpoint.pk)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check_user_can_administer(person(request))
    endpoint = get_object_or_404(Endpoint.objects.select_related("disabled_by", "created_by"), pk=pk)
    name = endpoint.name
    form = EndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        if form.changed:
            if "url" in form.changed:
                endpoint.url = form.cleaned_data["url"]
            endpoints.change(endpoint, form.changed, by=events.actor_of(request))
        messages.success(request, _("%(name)s saved.") % {"name": endpoint.name})
        return redirect("settings_endpoint", pk=pk)
    context = {"form": form, "endpoint": endpoint, "name": name, "replay": ReplayForm()}
    return render(request, "settings/endpoint.html", context, status=422 if form.errors else 200)


@require_POST
def rotate_secret(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    if not endpoint.is_webhook:
        messages.warning(request, _("Only webhooks have a secret."))
        return redirect("settings_endpoint", pk=pk)
    return _show(request, endpoint, endpoints.rotate_secret(endpoint, by=events.actor_of(request)))


@require_POST
def switch(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    act: Callable[..., None] = endpoints.enable if request.POST.get("enable") else endpoints.disable
    act(endpoint, by=events.actor_of(request))
    text = _("%(name)s enabled.") if request.POST.get("enable") else _("%(name)s disabled.")
    messages.success(request, text % {"name": endpoint.name})
    return redirect("settings_endpoint", pk=pk)


@require_POST
def send_test(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    repeat.send_test(endpoint, by=events.actor_of(request))
    messages.success(request, _("Test message written. Its reply appears here within seconds."))
    return _deliveries(endpoint)


@require_POST
def replay(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(problem) for problem in form["since"].errors))
        return redirect("settings_endpoint", pk=pk)
    count = repeat.replay(endpoint, form.cleaned_data["since"], by=events.actor_of(request))
    text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    messages.success(request, text % {"count": count})
    return _deliveries(endpoint)


def _deliveries(endpoint: Endpoint) -> HttpResponse:
    return redirect(f"{reverse('settings_deliveries')}?endpoint={endpoint.pk}")


def _found(request: HttpRequest, pk: uuid.UUID) -> Endpoint:
    check_user_can_administer(person(request))
    endpoint: Endpoint = get_object_or_404(Endpoint, pk=pk)
    return endpoint


def _show(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    return render(request, "settings/endpoint_secret.html", {"endpoint": endpoint, "secret": secret})
