"""The forms of an endpoint, and the time from which its messages are sent again."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.core.text_fields import TextField
from submissions.deliveries import addresses, personal, upkeep
from submissions.models import Endpoint, EndpointKind, MessageKind
from submissions.models.message import SUBMISSION_KINDS
from submissions.views.settings.setting_form import Sections, SettingForm, StyledForm

SELECTABLE = [(kind.value, kind.label) for kind in (*SUBMISSION_KINDS, MessageKind.ALERT)]
PRIVATE = ("include_personal", "public_key")


class EndpointForm(SettingForm):
    sections: ClassVar[Sections] = (
        (_("Receiver"), ("kind", "name", "project", "url")),
        (_("Messages"), ("kinds",)),
        (_("Personal data"), PRIVATE),
    )
    url = TextField(
        label=_("URL"),
        max_length=addresses.MAX_LENGTH,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Begins with https://. Stored encrypted and never shown again, because it may contain a token."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Messages"),
        choices=SELECTABLE,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("AML messages name a possible match. Select them only if agents cannot read the receiver."),
    )

    class Meta(SettingForm.Meta):
        model = Endpoint
        fields: ClassVar = ["kind", "name", "project", "kinds", *PRIVATE]
        help_texts = {
            "kind": _("Chat products receive the reference and a link only."),
            "name": _("Shown to administrators and in the audit log."),
            "project": _("Only changes of its submissions are sent."),
            "include_personal": _("Adds name, e-mail, date of birth, gender and nationality. For webhooks only."),
            "public_key": _("PEM, RSA of 2048 bits or more, or P-256. Personal data is then encrypted (JWE)."),
        }
        widgets = {"public_key": forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)
        project.empty_label = _("All projects")
        if not self.instance._state.adding:
            del self.fields["kind"]
            self.fields["url"].required = False
            self.fields["url"].help_text = _("Present host: %(host)s. Empty: the present URL stays.") % {
                "host": self.instance.host
            }
        if self.instance.kind != EndpointKind.WEBHOOK:
            for name in PRIVATE:
                del self.fields[name]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url:
            try:
                addresses.check(url)
            except addresses.AddressRefused as refused:
                raise forms.ValidationError(addresses.REASONS[refused.code]) from refused
        return url

    def clean_public_key(self) -> str:
        key: str = self.cleaned_data["public_key"].strip()
        if key:
            try:
                personal.check_key(key)
            except personal.UnusableKey as error:
                raise forms.ValidationError(
                    _t("Enter a public key that begins with -----BEGIN PUBLIC KEY-----. Never enter a private key.")
                ) from error
        return key

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind", EndpointKind.WEBHOOK) != EndpointKind.WEBHOOK and data.get("include_personal"):
            self.add_error("include_personal", _("Chat products receive no personal data. Switch this off."))
        if data.get("public_key") and not data.get("include_personal"):
            self.add_error(
                "public_key", _("The key is used for personal data only. Switch it on, or empty this field.")
            )
        return data

    @property
    def changed(self) -> list[str]:
        """Return the names of the fields to store; an empty URL is no change."""
        return [name for name in self.changed_data if name != "url" or self.cleaned_data["url"]]


class ReplayForm(StyledForm):
    since = forms.DateTimeField(
        label=_("Replay from"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def clean_since(self) -> Any:
        since, now = self.cleaned_data["since"], clock.now()
        if not now - upkeep.KEPT_FOR <= since <= now:
            raise forms.ValidationError(_t("Enter a time within the last 30 days."))
        return since
