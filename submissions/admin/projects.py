"""Projects: address and key (tested before it is used), options as switches, targets, webhook token."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from argos import base_url
from argos.errors import Throttled
from submissions.accounts import demo
from submissions.accounts.mfa import policy
from submissions.admin.site import ForAdministrators, site
from submissions.audit import events
from submissions.core import vendor_text
from submissions.models import Project
from submissions.outbox import gate
from submissions.vendor_sync import polling


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    new_key = forms.CharField(
        label=_("API key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Never shown. Leave empty to keep the present one; a new one is tested before it is used."),
    )
    base_url = forms.URLField(
        label=_("Base URL"), assume_scheme="https", help_text=_("With the version, for example https://host/v3")
    )
    paths = forms.JSONField(label=_("Paths"), required=False)
    webhook_addresses = forms.JSONField(label=_("Webhook source addresses"), required=False)

    banks = forms.JSONField(
        label=_("Banks"),
        required=False,
        help_text=_('For the account check, for example {"004": "KB"}. Empty: the agent types the three digits.'),
    )

    class Meta:
        model = Project
        fields = ("name",)  # the page's fieldsets say the rest

    def clean_paths(self) -> dict[str, Any]:
        given = self.cleaned_data["paths"] or {}
        if not isinstance(given, dict):
            raise forms.ValidationError(_('Write an object, for example {"address_code": "Address_code"}.'))
        return given

    def clean_webhook_addresses(self) -> list[str]:
        given = self.cleaned_data["webhook_addresses"] or []
        if not isinstance(given, list):
            raise forms.ValidationError(_('Write a list, for example ["203.0.113.7"].'))
        return given

    def clean_banks(self) -> dict[str, str]:
        given = self.cleaned_data["banks"] or {}
        if not isinstance(given, dict) or not all(re.fullmatch("[0-9]{3}", str(code)) for code in given):
            raise forms.ValidationError(_('Write codes of three digits with names, for example {"004": "KB"}.'))
        return {str(code): str(name) for code, name in given.items()}

    def clean_base_url(self) -> str:
        """What stands there already may stay: a deployment is told its first address in its own way."""
        given: str = self.cleaned_data["base_url"]
        address = base_url.read(given)
        if address is None:
            raise forms.ValidationError(
                _("Write https://, the host and the path alone: no user name, backslash, question mark or # in it.")
            )
        is_open = address.scheme != "https" and not demo.is_here(given)
        if is_open and "base_url" in self.changed_data:
            raise forms.ValidationError(_("Write https: customers' data and the key go to this address."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.instance._state.adding and "base_url" in self.changed_data and not data.get("new_key"):
            self.add_error("new_key", _("Type the key for the new address: the present one is not sent there."))
        if data.get("new_key") and not self.errors:
            self._test_key(data)
        return data

    def _test_key(self, data: dict[str, Any]) -> None:
        """On a copy, so that a key that does not work replaces nothing."""
        trial = Project(pk=self.instance.pk, base_url=data["base_url"], paths=data["paths"])
        trial.connect_timeout, trial.read_timeout = 5, 10
        trial.calls_per_second, trial.calls_per_day = data["calls_per_second"], data["calls_per_day"]
        trial.api_key = data["new_key"]
        try:
            problem = polling.try_key(trial)
        except Throttled as error:
            problem = vendor_text.budget_sentence(error)
        if problem:
            self.add_error("new_key", _t("Not accepted: %(why)s The old key stays.") % {"why": problem})


@admin.register(Project, site=site)
class ProjectAdmin(ForAdministrators):
    form = ProjectForm
    list_display = ("name", "base_url", "reviewer", "is_open", "paused_at")
    readonly_fields = ("paused_at", "why_paused", "clock_offset")
    actions = ("resume_sending", "replace_webhook_token")
    fieldsets = (
        (
            None,
            {"fields": ("name", "company_name", "company_contact", "is_open", "base_url", "new_key", "admin_email")},
        ),
        (
            _("Options of the vendor's dashboard"),
            {
                "fields": (
                    "has_id_authentication",
                    "has_address_codes",
                    "has_address_image",
                    "has_structured_address",
                    "requires_typed_address",
                    "requires_address_detail",
                    "has_account_occupancy",
                    "has_universal_mode",
                    "banks",
                    "vehicle_certificate_value",
                )
            },
        ),
        (_("Consent"), {"fields": ("requires_consent",)}),
        (
            _("Review"),
            {
                "fields": (
                    "reviewer",
                    "second_review",
                    "review_target_hours",
                    "pending_clock",
                    "face_threshold",
                    "liveness_threshold",
                )
            },
        ),
        (
            _("Calls"),
            {
                "fields": (
                    "paths",
                    "connect_timeout",
                    "read_timeout",
                    "blocks_first_step2_after_4h",
                    "settle_minutes",
                    "calls_per_second",
                    "calls_per_day",
                    "webhook_addresses",
                )
            },
        ),
        (
            _("How long data is kept"),
            {
                "fields": (
                    "keep_years_after_relationship",
                    "keep_years_after_record",
                    "keep_draft_days",
                    "keep_webhook_days",
                )
            },
        ),
        (pgettext_lazy("state of a connection", "State"), {"fields": ("paused_at", "why_paused", "clock_offset")}),
    )

    @admin.display(description=_("why"))
    def why_paused(self, obj: Project) -> str:
        return _t(obj.paused_reason) if obj.paused_reason else "-"

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        key = form.cleaned_data.get("new_key")
        if key:
            obj.api_key = key
            obj.paused_at, obj.paused_reason = None, ""
        super().save_model(request, obj, form, change)
        policy.forget_look()
        fields = {"project": obj.name, "changed": form.changed_data}
        if "base_url" in form.changed_data:
            address = base_url.read(obj.base_url)
            fields["host"] = address.host if address else ""
        events.record("project_changed" if change else "project_added", by=events.actor_of(request), fields=fields)

    @admin.action(description=_("Let sending go on after a pause"))
    def resume_sending(self, request: HttpRequest, queryset: "QuerySet[Project]") -> None:
        for project in queryset:
            with transaction.atomic():
                gate.resume(project)
                events.record("project_resumed", by=events.actor_of(request), fields={"project": project.name})
        messages.success(request, _("Sending goes on."))

    @admin.action(description=_("Make a new webhook address"))
    def replace_webhook_token(self, request: HttpRequest, queryset: "QuerySet[Project]") -> None:
        """Shown once; the old one stops working."""
        for project in queryset:
            token = project.new_webhook_token()
            with transaction.atomic():
                project.save(update_fields=["webhook_token_hash"])
                events.record("webhook_token_replaced", by=events.actor_of(request), fields={"project": project.name})
            address = reverse("webhook", args=[token])
            text = _t("%(name)s: give the vendor this address now, it is not shown again: %(address)s")
            messages.warning(request, text % {"name": project.name, "address": address})
