"""A signed-in client that requests pages through the portal's whole request handling, without a browser."""

import time
from typing import Any

from django.test import Client

from submissions.models import Role, User


def officer() -> User:
    found = User.objects.filter(role=Role.OFFICER).order_by("pk").first()
    assert found is not None
    return found


def signed_in(user: User | None = None) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user or officer())
    session: Any = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def get(client: Client, address: str) -> str:
    """Return the page's text; raise for any response but a page."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()
