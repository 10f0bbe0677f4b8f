"""The forms that take a passkey's credential: add, sign in, authenticate again."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms


class CredentialField(forms.JSONField):
    """Refuse JSON that is nested too deeply to be read; Django's field would raise RecursionError."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise get_adapter().validation_error("incorrect_code") from None


class LoginPasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(widget=forms.HiddenInput)


class ReauthenticatePasskeyForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(widget=forms.HiddenInput)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Refuse a credential that is no object: allauth would store `0`, and then every page of the factors would fail."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> dict[str, Any]:
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict) or not credential:
            raise get_adapter().validation_error("incorrect_code")
        return credential
