"""The entrance of the API: tokens, addresses, scopes, limits, problems, and the access log."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from submissions.api import gate, problems, tokens
from submissions.core import clock
from submissions.models import ApiToken, Event, Role, Scope
from tests.factories import by, make_project, make_token, make_user, sign_in
from tests.stack import ROOT

pytestmark = pytest.mark.django_db

LIST, PROJECTS = "/api/v1/submissions", "/api/v1/projects"


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def is_problem(reply: Any, name: str) -> bool:
    status, title = problems.TYPES[name]
    body = reply.json()
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert (reply.status_code, body["status"], body["title"]) == (status, status, title)
    return bool(body["type"] == f"/problems/{name}")


def requests_recorded() -> list[dict[str, Any]]:
    return list(Event.objects.filter(kind="api_request").order_by("pk").values_list("fields", flat=True))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer kyc_unknown", "Basic a2V5OnNlY3JldA=="])
def test_request_without_a_valid_token_is_refused_and_recorded(header: str) -> None:
    reply = Client(headers={"Authorization": header} if header else {}).get(LIST)
    assert is_problem(reply, "unauthorized")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    event = Event.objects.get(kind="api_request")
    assert (event.actor_name, event.address, event.fields["status"]) == ("not signed in", "127.0.0.1", 401)


def test_a_session_opens_no_address_of_the_api() -> None:
    client = sign_in(Client(), make_user(Role.MANAGER))
    assert is_problem(client.get(LIST), "unauthorized")


def test_guessing_is_slowed_and_fills_no_log() -> None:
    client = Client()
    for _guess in range(gate.REFUSED_A_MINUTE):
        assert client.get(LIST).status_code == 401
    assert is_problem(client.get(LIST), "too-many-requests")
    assert len(requests_recorded()) == gate.REFUSED_A_MINUTE
    assert make_token()[1].get(PROJECTS).status_code == 200, "a valid token at the same address works"


def test_secret_is_stored_as_a_hash_only() -> None:
    token, client = make_token()
    secret = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert row["secret_hash"] == tokens.digest(secret)
    assert secret.startswith(row["prefix"])
    assert len(secret) >= len("kyc_") + 43, "256 bits in base64"
    assert not Event.objects.filter(fields__icontains=secret).exists()


def test_expired_and_revoked_tokens_are_refused_at_once() -> None:
    token, client = make_token(expires_at=clock.now() + timedelta(hours=1))
    assert client.get(PROJECTS).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert is_problem(client.get(PROJECTS), "unauthorized")
    assert tokens.revoke(token, by=by(make_user(Role.ADMINISTRATOR)))
    assert is_problem(client.get(PROJECTS), "unauthorized")
    assert not tokens.revoke(token, by=by(make_user(Role.ADMINISTRATOR)))


def test_token_works_from_its_addresses_only() -> None:
    _token, client = make_token(networks=["203.0.113.0/24", "2001:db8::7"])
    assert is_problem(client.get(PROJECTS), "forbidden")
    assert client.get(PROJECTS, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get(PROJECTS, REMOTE_ADDR="2001:db8::7").status_code == 200


def test_last_use_is_written_once_a_minute() -> None:
    token, client = make_token()
    with time_machine.travel(clock.now(), tick=False) as now:
        began = clock.now()
        client.get(PROJECTS, REMOTE_ADDR="203.0.113.1")
        now.shift(timedelta(seconds=59))
        client.get(PROJECTS, REMOTE_ADDR="203.0.113.2")
        token.refresh_from_db()
        assert (token.last_used_at, token.last_used_from) == (began, "203.0.113.1")
        now.shift(timedelta(seconds=1))
        client.get(PROJECTS, REMOTE_ADDR="203.0.113.3")
        token.refresh_from_db()
        assert token.last_used_from == "203.0.113.3"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (LIST, Scope.SUBMISSIONS_READ),
        (PROJECTS, Scope.SUBMISSIONS_READ),
        ("/api/v1/reasons", Scope.SUBMISSIONS_READ),
        ("/api/v1/figures/queue", Scope.FIGURES_READ),
    ],
)
def test_each_address_needs_its_scope(path: str, scope: Scope) -> None:
    assert make_token(scopes=[scope])[1].get(path).status_code == 200
    others = [one for one in Scope if one != scope]
    reply = make_token(scopes=others)[1].get(path)
    assert is_problem(reply, "forbidden")
    assert scope.value in reply.json()["detail"]


def test_limit_is_told_with_each_response_and_ends_with_429(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    _token, client = make_token()
    with time_machine.travel(clock.now().replace(second=20), tick=False):
        first = client.get(PROJECTS)
        assert first.headers["RateLimit-Policy"] == '"token";q=2;w=60'
        assert first.headers["RateLimit"] == '"token";r=1;t=40'
        client.get(PROJECTS)
        refused = client.get(PROJECTS)
        assert is_problem(refused, "too-many-requests")
        assert (refused.headers["Retry-After"], refused.headers["RateLimit"]) == ("40", '"token";r=0;t=40')
        assert make_token()[1].get(PROJECTS).status_code == 200, "each token has its own limit"


def test_every_request_is_in_the_access_log_with_the_token_as_actor() -> None:
    token, client = make_token(scopes=[Scope.SUBMISSIONS_READ])
    for path in (LIST, "/api/v1/figures/queue", f"/api/v1/submissions/{token.pk}", f"{LIST}?limit=0"):
        client.get(path)
    client.post(PROJECTS)
    assert [(fields["page"], fields["status"]) for fields in requests_recorded()] == [
        ("api:submissions", 200),
        ("api:queue_figures", 403),
        ("api:submission", 404),
        ("api:submissions", 422),
        ("api:projects", 405),
    ]
    actors = set(Event.objects.filter(kind="api_request").values_list("actor_id", flat=True))
    assert actors == {token.user_id, None}, "the method is judged before the token"
    assert requests_recorded()[2]["of"] == str(token.pk)


def test_no_response_leaves_without_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    _token, client = make_token()
    monkeypatch.setattr("submissions.audit.events.record", lambda *given, **named: 1 / 0)
    reply = client.get(PROJECTS)
    assert is_problem(reply, "internal-error")


@pytest.mark.parametrize(("method", "path", "name"), [
    ("get", "/api/v1/", "not-found"),
    ("get", "/api/v1/nothing", "not-found"),
    ("post", "/api/v1/submissions/nothing/at/all", "not-found"),
    ("delete", LIST, "method-not-allowed"),
    ("get", f"{LIST}/not-an-id", "not-found"),
    ("get", f"{LIST}?status=unknown", "invalid"),
    ("get", f"{LIST}?cursor=made-up", "invalid"),
    ("get", f"{LIST}?created_from=2026-02-30", "invalid"),
    ("get", f"{LIST}?project=%00", "invalid"),
    ("get", f"{LIST}?reference=%00", "invalid"),
])  # fmt: skip
def test_every_error_is_a_problem(method: str, path: str, name: str) -> None:
    reply = getattr(make_token()[1], method)(path)
    assert is_problem(reply, name)
    if name == "method-not-allowed":
        assert reply.headers["Allow"] == "GET, POST"


def test_unexpected_error_is_a_problem_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("Minseo Example")

    monkeypatch.setattr("submissions.api.reading.consent.current_text", broken)
    reply = make_token(make_project())[1].get(PROJECTS)
    assert is_problem(reply, "internal-error")
    assert "Minseo" not in reply.content.decode()


def test_documentation_names_every_problem_type() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    for name, (status, title) in problems.TYPES.items():
        assert f"| `/problems/{name}` | {status} | {title} |" in text
