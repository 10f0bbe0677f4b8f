"""Messages after a change of password or second factor: in the portal's words, not those of allauth."""

from pathlib import Path

import allauth
import pytest
from django.template.loader import get_template
from django.test import Client

from kycportal.strings import ROOT
from submissions.accounts.adapters import QUIET
from tests.factories import PASSWORD, make_user, sign_in

# The pages for e-mail addresses, phone numbers, sign-in codes and connected accounts are not mounted.
NOT_MOUNTED = ("email", "phone", "login_code", "account_connected", "account_disconnected", "password_set")


def _messages() -> list[str]:
    root = Path(allauth.__file__).parent / "templates"
    names = [path.relative_to(root).as_posix() for app in ("account", "mfa") for path in root.glob(f"{app}/messages/*")]
    return sorted(name for name in names if name not in QUIET and not any(part in name for part in NOT_MOUNTED))


@pytest.mark.parametrize("name", _messages())
def test_message_is_the_portals_own(name: str) -> None:
    assert Path(get_template(name).template.origin.name) == ROOT / "templates" / name


@pytest.mark.django_db
def test_changed_password_says_that_other_sessions_have_ended() -> None:
    client, new = sign_in(Client(), make_user()), "four quite ordinary words"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    page = client.post("/accounts/password/change/", form, follow=True).content.decode()
    assert "Password changed. Your other sessions have ended." in page
