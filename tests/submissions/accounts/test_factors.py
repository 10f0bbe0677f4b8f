"""Secrets of second factors: encrypted, bound to their kind and user; older ones are bound by migration."""

from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import connection
from django.test import Client

from submissions.accounts.mfa import secrets
from submissions.core import encryption
from submissions.models import Role, User
from tests.factories import make_user, sign_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def with_app() -> User:
    user = make_user()
    TOTP.activate(user, SECRET)
    return user


def stored(user: User) -> dict[str, Any]:
    data: dict[str, Any] = Authenticator.objects.filter(user=user).values_list("data", flat=True).get()
    return data


def move(user: User, data: dict[str, Any]) -> None:
    """Change the row as somebody with access to the database would, without the model."""
    Authenticator.objects.filter(user=user).update(data=data)


def test_secret_is_bound_when_its_row_is_saved() -> None:
    user = with_app()
    assert stored(user)["secret"].startswith(f"secret:{user.pk}:")
    assert get_adapter().decrypt(stored(user)["secret"]) == SECRET


def test_secret_of_another_person_is_refused() -> None:
    """Otherwise, an attacker who copies their own app's secret into an officer's row could sign in as the officer."""
    own, other = with_app(), with_app()
    move(other, stored(own))
    with pytest.raises(encryption.CannotOpen, match="not its own person's"):
        Authenticator.objects.get(user=other)


def test_secret_whose_owner_was_written_over_does_not_open() -> None:
    own, other = with_app(), with_app()
    secret = stored(own)["secret"].replace(f"secret:{own.pk}:", f"secret:{other.pk}:")
    move(other, {"secret": secret})
    with pytest.raises(encryption.CannotOpen, match="does not open"):
        get_adapter().decrypt(Authenticator.objects.get(user=other).data["secret"])


def test_seed_is_no_secret_of_an_app() -> None:
    user = with_app()
    RecoveryCodes.activate(user)
    seed = Authenticator.objects.get(user=user, type="recovery_codes").data["seed"]
    Authenticator.objects.filter(user=user, type="totp").update(data={"secret": seed})
    with pytest.raises(encryption.CannotOpen):
        Authenticator.objects.get(user=user, type="totp")


def test_unbound_secret_is_refused() -> None:
    user = with_app()
    move(user, {"secret": encryption.wrap("authenticator.secret", SECRET.encode()).hex()})
    with pytest.raises(encryption.CannotOpen, match="bound to nobody"):
        Authenticator.objects.get(user=user)


def test_columns_that_were_not_asked_for_are_left_alone() -> None:
    user = with_app()
    assert Authenticator.objects.defer("data").get(user=user).user_id == user.pk


def test_what_was_stored_before_is_bound_by_the_migration() -> None:
    user = with_app()
    move(user, {"secret": encryption.wrap("authenticator.secret", SECRET.encode()).hex()})
    migration = import_module("submissions.migrations.0013_bind_second_factors")

    class Editor:
        pass

    editor: Any = Editor()
    editor.connection = connection
    found = AuthenticatorAsMigrationsSeeIt()
    migration.bind(found, editor)
    assert secrets.decrypt(Authenticator.objects.get(user=user).data["secret"]) == SECRET


class AuthenticatorAsMigrationsSeeIt:
    """The model of a migration's state: the same table, without our signals."""

    def get_model(self, app: str, name: str) -> Any:
        from django.db.migrations.state import ProjectState

        return ProjectState.from_apps(apps).apps.get_model(app, name)


@pytest.mark.parametrize("credential", ["0", "false", "[]", "{}", '""', "1", "null"])
def test_passkey_without_a_credential_is_refused_and_not_stored(client: Client, credential: str) -> None:
    user = make_user(Role.OFFICER)
    sign_in(client, user)
    reply = client.post("/accounts/2fa/webauthn/add/", {"credential": credential, "name": "key"})
    assert reply.status_code == 200
    assert not Authenticator.objects.exists()
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"])
def test_credential_nested_too_deeply_is_refused(path: str) -> None:
    client = sign_in(Client(), make_user()) if path.endswith("add/") else Client()
    assert client.post(path, {"credential": "[" * 100_000, "name": "key"}).status_code in (200, 302)
