"""The sign-in form with the portal's labels."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")

    def add_prefix(self, field_name: str) -> str:
        """Post the login field as `username`, which password managers recognise."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))
