"""The form that adds a passkey."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Refuse a credential that is no object: allauth would store `0`, and then every page of the factors would fail."""

    def clean_credential(self) -> dict[str, Any]:
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict) or not credential:
            raise get_adapter().validation_error("incorrect_code")
        return credential
