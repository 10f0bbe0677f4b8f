"""A client, signed in with a second factor, that requests pages through the whole request handling."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client

from submissions.models import Role, User


def officer() -> User:
    found = User.objects.filter(role=Role.OFFICER).order_by("pk").first()
    assert found is not None
    return found


def signed_in(user: User | None = None) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    user = user or officer()
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    session: Any = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def get(client: Client, address: str) -> str:
    """Return the page's text; raise for any response but a page."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()
