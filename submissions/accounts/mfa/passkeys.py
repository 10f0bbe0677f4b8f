"""The form that adds a passkey."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """allauth checks only a credential that is true: `0` would be stored, and no page of the factors could open."""

    def clean_credential(self) -> dict[str, Any]:
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict) or not credential:
            raise get_adapter().validation_error("incorrect_code")
        return credential
