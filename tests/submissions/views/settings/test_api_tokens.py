"""The pages of API tokens: create with the secret shown once, list, and revoke."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from submissions.core import clock
from submissions.models import ApiToken, Event, Role, User
from tests.factories import make_project, make_team, make_token, make_user, sign_in

pytestmark = pytest.mark.django_db

NEW = "/settings/api-tokens/new/"


@pytest.fixture
def client() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def form(**changed: Any) -> dict[str, Any]:
    values = {"name": "Core banking", "team": make_team().pk, "projects": [str(make_project().pk)]}
    last = clock.local_today() + timedelta(days=30)
    return {**values, "scopes": ["submissions:read"], "expires_on": last.isoformat(), "networks": "", **changed}


def test_secret_is_shown_once_and_works(client: Client) -> None:
    reply = client.post(NEW, form(networks="127.0.0.1\n203.0.113.0/24"))
    secret = reply.context["secret"]
    assert secret in reply.content.decode()
    token = ApiToken.objects.get()
    assert secret not in client.get(f"/settings/api-tokens/{token.pk}/").content.decode()
    assert secret not in client.get("/settings/api-tokens/").content.decode()
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/projects").status_code == 200
    event = Event.objects.get(kind="api_token_created")
    assert (event.fields["name"], event.fields["scopes"]) == ("Core banking", ["submissions:read"])


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"expires_on": "2020-01-01"}, "Choose a day between today and one year from now."),
        ({"expires_on": (clock.today() + timedelta(days=400)).isoformat()}, "Choose a day between today"),
        ({"networks": "127.0.0.1\nnowhere"}, "Enter an IP address or a network"),
        ({"networks": "10.0.0.1\n" * 51}, "Enter at most 50 lines."),
        ({"projects": []}, "Select an option."),
        ({"scopes": []}, "Select an option."),
        ({"scopes": ["decisions:write"]}, "Select a valid choice."),
        ({"name": " "}, "Enter a value."),
    ],
)
def test_wrong_form_creates_nothing(client: Client, changed: dict[str, Any], text: str) -> None:
    reply = client.post(NEW, form(**changed))
    assert reply.status_code == 422
    assert text in reply.content.decode()
    assert not ApiToken.objects.exists()
    assert not User.objects.filter(role=Role.INTEGRATION).exists()


def test_revoked_token_is_marked_and_ends(client: Client) -> None:
    token, program = make_token()
    page = client.post(f"/settings/api-tokens/{token.pk}/revoke/", follow=True).content.decode()
    assert "Its next request is refused." in page
    assert "Revoke token" not in page
    assert program.get("/api/v1/projects").status_code == 401
    again = client.post(f"/settings/api-tokens/{token.pk}/revoke/", follow=True).content.decode()
    assert "revoked already" in again
    assert Event.objects.filter(kind="api_token_revoked").count() == 1


def test_list_tells_state_and_last_use(client: Client) -> None:
    make_token(expires_at=clock.now() - timedelta(days=1))
    used, program = make_token()
    program.get("/api/v1/projects")
    page = client.get("/settings/api-tokens/").content.decode()
    assert "Expired" in page
    assert "Active" in page
    used.refresh_from_db()
    assert used.last_used_from in client.get(f"/settings/api-tokens/{used.pk}/").content.decode()


def test_empty_list_leads_to_the_form(client: Client) -> None:
    assert f'href="{NEW}"' in client.get("/settings/api-tokens/").content.decode()


def test_team_and_people_pages_count_people_only(client: Client) -> None:
    token, _program = make_token(team=make_team("Programs"))
    page = client.get(f"/settings/teams/{token.user.team_id}/").content.decode()
    assert "Core banking" not in page
