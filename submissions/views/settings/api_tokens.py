"""Access tokens of the API: administrators create and revoke them, and see their use. A secret is shown once."""

import ipaddress
import uuid
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.api import tokens
from submissions.audit import events
from submissions.core import clock
from submissions.core.text_fields import TextField
from submissions.models import ApiToken, Project, Scope, Team
from submissions.views.request_helpers import person
from submissions.views.settings.setting_form import Sections, StyledForm, cards_of
from submissions.workflow.role_permissions import check_user_can_administer

LONGEST_DAYS = tokens.LONGEST.days - 1  # the last day counts as a whole
MAX_NETWORKS = 50


def _in_three_months() -> Any:
    return clock.local_today() + timedelta(days=90)


class TokenForm(StyledForm):
    sections: ClassVar[Sections] = (
        (pgettext_lazy("settings", "Access token"), ("name", "team", "expires_on", "networks")),
        (_("Access"), ("projects", "scopes")),
    )
    name = TextField(label=_("Name of the program"), max_length=120, help_text=_("Shown in the audit log."))
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Team"), help_text=_("Gets the submissions that the token creates.")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        initial=_in_three_months,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most one year from now."),
    )
    networks = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address or network per line. Empty: any address."),
    )
    projects = forms.ModelMultipleChoiceField(
        Project.objects.order_by("name"), label=_("Projects"), widget=forms.CheckboxSelectMultiple
    )
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)

    def cards(self) -> Any:
        return cards_of(self, self.sections)

    def clean_expires_on(self) -> datetime:
        """Return the end of the last day, in the administrator's time zone."""
        day, today = self.cleaned_data["expires_on"], clock.local_today()
        if not today <= day <= today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("Choose a day between today and one year from now."))
        return timezone.make_aware(datetime.combine(day, time(23, 59)))

    def clean_networks(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["networks"].splitlines() if line.strip()]
        if len(lines) > MAX_NETWORKS:
            raise forms.ValidationError(_("Enter at most %(most)d lines."), params={"most": MAX_NETWORKS})
        for line in lines:
            try:
                ipaddress.ip_network(line, strict=False)
            except ValueError as error:
                raise forms.ValidationError(
                    _("Enter an IP address or a network, for example 203.0.113.7 or 203.0.113.0/24.")
                ) from error
        return lines


@require_safe
def api_tokens(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    rows = (
        ApiToken.objects.select_related("user__team").prefetch_related("projects").order_by("revoked_at", "-created_at")
    )
    return render(request, "settings/api_tokens.html", {"rows": rows})


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    form = TokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "settings/api_token_new.html", {"form": form}, status=422 if form.errors else 200)
    data = form.cleaned_data
    token, secret = tokens.create(
        data["name"],
        data["team"],
        data["projects"],
        scopes=data["scopes"],
        networks=data["networks"],
        expires_at=data["expires_on"],
        by=events.actor_of(request),
    )
    return render(request, "settings/api_token_secret.html", {"token": token, "secret": secret})


@require_safe
def api_token(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check_user_can_administer(person(request))
    found = get_object_or_404(ApiToken.objects.select_related("user__team", "created_by", "revoked_by"), pk=pk)
    return render(request, "settings/api_token.html", {"token": found, "projects": found.projects.order_by("name")})


@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check_user_can_administer(person(request))
    found = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk)
    if tokens.revoke(found, by=events.actor_of(request)):
        messages.success(request, _t("The token %(name)s is revoked. Its next request is refused.") % {"name": found})
    else:
        messages.info(request, _t("The token was revoked already."))
    return redirect("settings_api_token", pk=pk)
