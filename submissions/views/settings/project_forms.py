"""The forms of a project, one per tab. The address and the key are tested before they are used."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from argos import base_url, matrix
from submissions.accounts import demo
from submissions.models import Project
from submissions.vendor_sync import connection
from submissions.views.settings import list_editors
from submissions.views.settings.list_editors import ListEditor
from submissions.views.settings.message_form import MessageForm
from submissions.views.settings.setting_form import Sections, SettingForm
from submissions.workflow import business_time


class ConnectionForm(SettingForm):
    sections: ClassVar[Sections] = (
        (pgettext_lazy("settings", "Project"), ("name", "is_open")),
        (_("E-mails to customers"), ("company_name", "company_contact")),
        (_("ARGOS connection"), ("base_url", "new_key", "admin_email", "vendor_name", "vendor_state")),
    )
    base_url = forms.URLField(
        label=_("ARGOS address"),
        assume_scheme="https",
        help_text=_("Receives all requests. With the version, for example https://host/v3"),
    )
    new_key = forms.CharField(
        label=_("API key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Never shown. Empty: the present key stays. A new key is tested before it is saved."),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            "name",
            "company_name",
            "company_contact",
            "is_open",
            "base_url",
            "admin_email",
            "vendor_name",
            "vendor_state",
        ]

    def clean_base_url(self) -> str:
        """Accept the stored value unchanged: a deployment sets its first address in its own way."""
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
            self.add_error("new_key", _("Enter the key for the new address. The present key is not sent there."))
        return data

    def trial(self) -> Project:
        """Return a copy with the values typed, so that a key that does not work replaces nothing."""
        project, data = self.instance, self.cleaned_data
        trial = Project(pk=project.pk, base_url=data["base_url"], paths=project.paths)
        trial.connect_timeout, trial.read_timeout = 5, 10
        trial.calls_per_second, trial.calls_per_day = project.calls_per_second, project.calls_per_day
        trial.api_key = data.get("new_key") or project.api_key
        return trial

    def is_accepted(self) -> bool:
        """Return whether the form is valid and ARGOS accepts its new key; a typed key is tested with ARGOS."""
        if not self.is_valid():
            return False
        if self.cleaned_data.get("new_key") and (problem := connection.check(self.trial()).problem):
            self.add_error("new_key", f"{_t('Key not accepted: %(why)s') % {'why': problem}} {self._what_stays()}")
        return not self.errors

    def _what_stays(self) -> str:
        if self.instance._state.adding:
            return _t("The project was not created.")
        return _t("The present key stays.") if self.instance.api_key_sealed else _t("The project still has no key.")


class NewProjectForm(ConnectionForm):
    """The four settings that a project requires."""

    sections: ClassVar[Sections] = ((_("ARGOS connection"), ("name", "base_url", "new_key", "admin_email")),)
    new_key = forms.CharField(
        label=_("API key"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("From the ARGOS dashboard. Never shown again. It is tested before the project is created."),
    )

    class Meta(ConnectionForm.Meta):
        fields: ClassVar = ["name", "base_url", "admin_email"]


class CaptureForm(SettingForm):
    sections: ClassVar[Sections] = (
        (
            _("Options at ARGOS"),
            (
                "has_id_authentication",
                "has_universal_mode",
                "has_account_occupancy",
                "occupancy_code",
                "vehicle_certificate_value",
            ),
        ),
        (
            pgettext_lazy("home", "Address"),
            (
                "has_address_codes",
                *("has_address_image", "address_date", "address_date_months"),
                "has_structured_address",
                "requires_structured_address",
                "requires_typed_address",
                "requires_address_detail",
            ),
        ),
        (pgettext_lazy("settings", "Selfie"), ("requires_live_selfie",)),
        (_("Customer data"), ("asks_birthplace",)),
        (_("Consent"), ("requires_consent",)),
        (_("Invitations"), ("invitation_hours", "sends_clean_steps")),
        (_("Liveform"), ("has_liveform", "liveform_url", "liveform_project_id", "liveform_link_hours")),
    )
    liveform_url = forms.URLField(
        label=_("Liveform address"),
        assume_scheme="https",
        help_text=Project._meta.get_field("liveform_url").help_text,
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            *("has_id_authentication", "has_universal_mode", "has_account_occupancy", "occupancy_code"),
            *("vehicle_certificate_value", "address_date", "address_date_months"),
            *("has_address_codes", "has_address_image", "has_structured_address", "requires_structured_address"),
            *("requires_typed_address", "requires_address_detail", "requires_live_selfie", "asks_birthplace"),
            *("requires_consent", "invitation_hours", "sends_clean_steps", "has_liveform"),
            "liveform_url",
            "liveform_project_id",
            "liveform_link_hours",
        ]

    def clean_liveform_url(self) -> str:
        given: str = self.cleaned_data["liveform_url"]
        if not given.startswith("https://") and not demo.is_here(given):
            raise forms.ValidationError(_("Write https: customers enter their data at this address."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("has_liveform") and not data.get("liveform_project_id"):
            self.add_error("liveform_project_id", _("Enter the project ID from the ARGOS dashboard."))
        return data


class ReviewForm(SettingForm):
    sections: ClassVar[Sections] = (
        (
            pgettext_lazy("outcome of a review", "Decision"),
            (
                *("reviewer", "second_review", "verification_methods_required", "review_target_hours"),
                *("requires_training", "pending_clock", "sends_later_images"),
            ),
        ),
        (_("Automatic assignment"), ("assigns_automatically", "assigned_at_most", "assigns_by_skill")),
        (_("Targets in working hours"), ("counts_working_hours", "holiday_country")),
        (_("Quality checks"), ("quality_share", "golden_every")),
        (_("Warnings"), ("face_threshold", "liveness_threshold", "ocr_threshold")),
        (
            _("Re-verification"),
            (
                *("check_years_low", "check_years_standard", "check_years_high"),
                *("checks_expired_ids", "check_reminder_days"),
            ),
        ),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            "reviewer",
            "second_review",
            "verification_methods_required",
            "review_target_hours",
            *("requires_training", "pending_clock", "sends_later_images"),
            *("assigns_automatically", "assigned_at_most", "assigns_by_skill"),
            *("counts_working_hours", "holiday_country"),
            *("face_threshold", "liveness_threshold", "ocr_threshold"),
            *("check_years_low", "check_years_standard", "check_years_high"),
            *("checks_expired_ids", "check_reminder_days", "quality_share", "golden_every"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = matrix.country_choices(get_language() or "en")
        known = [(code, name) for code, name in names if code in business_time.countries()]
        self.choose_from("holiday_country", _t("Not observed"), known)


class AmlForm(SettingForm):
    sections: ClassVar[Sections] = (
        (_("AML reviews"), ("aml_review_target_hours", "aml_clear_statuses")),
        (_("AML monitoring"), ("monitors_aml", "aml_worklist_id")),
        (_("Suspicious transaction reports"), ("requires_report_consideration",)),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            *("aml_review_target_hours", "aml_clear_statuses", "monitors_aml", "aml_worklist_id"),
            "requires_report_consideration",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("monitors_aml") and not data.get("aml_worklist_id"):
            self.add_error(
                "aml_worklist_id", _t("Enter the worklist from the ARGOS dashboard, or switch monitoring off.")
            )
        return data


class RetentionForm(SettingForm):
    sections: ClassVar[Sections] = (
        (
            _("Retention of decided submissions"),
            ("keep_years_after_relationship", "keep_years_after_record", "keep_months_after_rejection"),
        ),
        (_("Retention of drafts and webhooks"), ("keep_draft_days", "keep_webhook_days")),
        (_("ID images"), ("redacts_resident_numbers", "redaction_alert_days")),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            *("keep_years_after_relationship", "keep_years_after_record", "keep_months_after_rejection"),
            *("keep_draft_days", "keep_webhook_days", "redacts_resident_numbers", "redaction_alert_days"),
        ]


class AdvancedForm(SettingForm):
    sections: ClassVar[Sections] = (
        (_("Request limits"), ("calls_per_second", "calls_per_day")),
        (_("Time limits"), ("connect_timeout", "read_timeout", "settle_minutes", "blocks_first_step2_after_4h")),
        (_("Address look-up"), ("look_up_body",)),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [
            "calls_per_second",
            "calls_per_day",
            "connect_timeout",
            "read_timeout",
            "settle_minutes",
            "blocks_first_step2_after_4h",
            "look_up_body",
        ]


@dataclass(frozen=True)
class Tab:
    label: Any
    form: type[SettingForm]
    editors: tuple[ListEditor, ...] = ()


TABS = {
    "connection": Tab(_("Connection"), ConnectionForm, (list_editors.NETWORKS,)),
    "capture": Tab(pgettext_lazy("settings", "Capture"), CaptureForm, (list_editors.BANKS,)),
    "review": Tab(
        pgettext_lazy("settings", "Review"),
        ReviewForm,
        (list_editors.WORKING_HOURS, list_editors.WORKING_DAYS, list_editors.DAYS_OFF),
    ),
    "messages": Tab(pgettext_lazy("settings", "Customer messages"), MessageForm),
    "aml": Tab(_("AML"), AmlForm),
    "retention": Tab(pgettext_lazy("settings", "Retention"), RetentionForm),
    "advanced": Tab(
        pgettext_lazy("settings", "Advanced"), AdvancedForm, (list_editors.PATHS, list_editors.FIELD_NAME_ROWS)
    ),
}
