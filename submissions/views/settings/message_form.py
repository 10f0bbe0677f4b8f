"""The tab of a project for messages to its customers."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from submissions.accounts.preferences import time_zone
from submissions.core.text_fields import TextField
from submissions.customer_messages import occasions
from submissions.customer_messages.languages import languages
from submissions.deliveries import addresses
from submissions.models import Channel, Project
from submissions.views.settings.setting_form import Sections, SettingForm

GATEWAY = (
    *("gateway_url", "new_gateway_secret", "gateway_header", "gateway_number_field", "gateway_text_field"),
    *("gateway_sender", "gateway_sender_field", "gateway_id_field"),
)
MESSAGES = (
    *("automatic_messages", "argos_mails_customers", "message_channel", "customer_language", "complaints_contact"),
    "reminder_hours",
)
QUIET = ("quiet_from", "quiet_until", "message_time_zone")


def _clock() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


class MessageForm(SettingForm):
    sections: ClassVar[Sections] = (
        (_("Messages to customers"), MESSAGES),
        (_("Quiet hours"), QUIET),
        (_("Text message gateway"), GATEWAY),
    )
    automatic_messages = forms.MultipleChoiceField(
        label=_("Automatic messages"),
        choices=[(occasion.value, occasion.label) for occasion in occasions.AUTOMATIC],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=Project._meta.get_field("automatic_messages").help_text,
    )
    new_gateway_secret = TextField(
        label=_("Gateway secret"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Stored encrypted and never shown. Empty: the present secret stays."),
    )

    class Meta(SettingForm.Meta):
        model = Project
        fields: ClassVar = [*MESSAGES, *QUIET, *(name for name in GATEWAY if name != "new_gateway_secret")]
        widgets = {"quiet_from": _clock(), "quiet_until": _clock()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = dict(languages()).get(settings.LANGUAGE_CODE, settings.LANGUAGE_CODE)
        self.choose_from("customer_language", _t("As the portal: %(name)s") % {"name": own}, languages())
        zones = [(name, name) for name in time_zone.names()]
        self.choose_from("message_time_zone", _t("As the portal: %(name)s") % {"name": settings.TIME_ZONE}, zones)

    def clean_gateway_url(self) -> str:
        url: str = self.cleaned_data["gateway_url"]
        if url:
            try:
                addresses.check(url)
            except addresses.AddressRefused as refused:
                raise forms.ValidationError(addresses.REASONS[refused.code]) from refused
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_elsewhere = "gateway_url" in self.changed_data and data.get("gateway_url")
        if is_elsewhere and self.instance.gateway_secret_sealed and not data.get("new_gateway_secret"):
            self.add_error(
                "new_gateway_secret", _("Enter the secret for the new address. The present secret is not sent there.")
            )
        if data.get("message_channel") == Channel.TEXT and not data.get("gateway_url"):
            self.add_error("message_channel", _("Enter the gateway address below, or select e-mail."))
        return data
