"""Response headers on pages and errors, for every user."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from submissions.models import ImageKind, Role
from tests import factories
from tests.postgres import environment
from tests.stack import ROOT

pytestmark = pytest.mark.django_db

PAGES = ("/", "/submissions/", "/submissions/new/", "/accounts/2fa/", "/accounts/sessions/", "/nothing/", "/healthz")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_is_shut(role: Role | None, path: str) -> None:
    client = Client()
    if role:
        client.force_login(factories.make_user(role))
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert "camera=()" in headers["Permissions-Policy"]


def is_shut(headers: Any) -> bool:
    policy = headers["Content-Security-Policy"]
    closed = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    return closed and headers["X-Content-Type-Options"] == "nosniff" and "no-store" in headers["Cache-Control"]


def test_errors_and_the_administration_are_as_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code handles errors than successful requests."""
    client = Client(raise_request_exception=False)
    client.force_login(factories.make_user(Role.ADMINISTRATOR))
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(factories.make_user(Role.MANAGER))
    answers = {
        "admin": (client.get("/admin/submissions/submission/"), 200),
        "not allowed": (client.get("/submissions/new/"), 403),
        "no token": (strict.post("/sending/"), 403),
        "wrong host": (client.get("/", HTTP_HOST="elsewhere.example"), 400),
        "wrong method": (client.get("/sending/stop/"), 405),
    }
    monkeypatch.setattr("submissions.audit.events.record_list", lambda *given, **named: 1 / 0)
    answers["broken"] = (strict.get("/submissions/"), 500)
    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert is_shut(answer.headers), name
        assert "Traceback" not in answer.content.decode(), name


def test_the_camera_opens_only_where_a_picture_is_taken(client: Client) -> None:
    user = factories.make_user()
    submission = factories.make_draft(user)
    client.force_login(user)
    assert "camera=(self)" in client.get(f"/submissions/{submission.pk}/").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/submissions/").headers["Permissions-Policy"]


def test_an_image_answer_is_ours_and_nothing_else(client: Client) -> None:
    user = factories.make_user()
    submission = factories.make_draft(user, images=False)
    client.force_login(user)
    image = factories.attach_image(submission, ImageKind.SELFIE, user)
    reply = client.get(f"/images/{image.pk}/")
    assert reply.headers["Content-Type"] == "application/octet-stream", "these bytes are no JPEG"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in reply.headers["Cache-Control"]


def test_posts_need_their_token_everywhere_but_at_the_webhook() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.make_user(Role.MANAGER))
    for path in ("/sending/", "/review/next/", "/accounts/logout/", "/accounts/session/", "/alerts/seen/"):
        assert client.post(path).status_code == 403, path
    assert client.post("/webhooks/argos/unknown/", b"{}", content_type="application/json").status_code == 404


def in_production(expression: str, **variables: str) -> Any:
    """Evaluate an expression over the settings of a production-like process."""
    wanted = (
        environment("postgres://nobody@127.0.0.1:5432/none") | {"PUBLIC_URL": "https://kyc.example.com"} | variables
    )
    code = f"import json; from kycportal import settings as s; print(json.dumps({expression}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **wanted}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_behind_https_cookies_and_transport_insist_on_it() -> None:
    names = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_HSTS_SECONDS"
    names += " SECURE_SSL_REDIRECT SECURE_HSTS_INCLUDE_SUBDOMAINS MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN DEBUG"
    found = in_production(f"[getattr(s, name) for name in {names.split()!r}]")
    assert found == ["__Host-session", "__Host-csrf", True, True, 31_536_000, True, False, False, False]


def test_sub_domains_and_preload_lists_are_bound_only_where_that_is_reported() -> None:
    told = "[s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD]"
    assert in_production(told) == [False, False]
    assert in_production(told, HSTS_INCLUDE_SUBDOMAINS="1") == [True, False]
    assert in_production(told, HSTS_INCLUDE_SUBDOMAINS="1", HSTS_PRELOAD="1") == [True, True]
    with pytest.raises(subprocess.CalledProcessError) as refused:
        in_production(told, HSTS_PRELOAD="1")
    assert "needs HSTS_INCLUDE_SUBDOMAINS" in refused.value.stderr


@pytest.mark.parametrize("path", ["/language/", "/phone/language/"])
def test_language_cookie_is_secure_under_https(path: str) -> None:
    for is_secure in (True, False):
        reply = Client().post(path, {"language": "ko"}, secure=is_secure)
        (cookie,) = reply.cookies.values()
        assert bool(cookie["secure"]) is is_secure


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/submissions/submission/", "/admin/nothing/"])
def test_agent_in_the_administration_is_refused_and_not_sent_round(path: str) -> None:
    client = Client()
    client.force_login(factories.make_user(Role.AGENT))
    assert client.get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_the_form_may_go_to_the_single_sign_on_and_nowhere_else() -> None:
    given = {"OIDC_ISSUER": "https://id.example.com/realm", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    found = in_production("s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']", **given)
    assert found == ["'self'", "https://id.example.com"]
    assert in_production("s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']") == ["'self'"]


def test_a_form_that_cannot_be_read_is_answered_in_words() -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(factories.make_user())
    client.get("/submissions/new/")
    reply = client.generic(
        "POST", "/submissions/new/", b"a=1", content_type="application/x-www-form-urlencoded; charset=utf-7"
    )
    assert (reply.status_code, b"Request not readable" in reply.content) == (400, True)
