"""OpenID Connect against a provider in a process of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from kycportal import env
from kycportal.run import free_port
from submissions.models import Event, Role
from tests import factories
from tests.service import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

KNOWN = {"sub": "known", "email": "Officer@Example.com", "email_verified": True}
UNVERIFIED = {"sub": "unverified", "email": "officer@example.com", "email_verified": False}
STRANGER = {"sub": "stranger", "email": "stranger@example.com", "email_verified": True}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    known = [part for claims in (KNOWN, UNVERIFIED, STRANGER) for part in ("--user-claims", json.dumps(claims))]
    arguments = ("-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *known)
    with serving(*arguments, asks=f"{url}/.well-known/openid-configuration"):
        yield url


@pytest.fixture
def portal(issuer: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    cache.clear()
    monkeypatch.setenv("OIDC_CLIENT_ID", "portal")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "a secret")
    monkeypatch.setenv("OIDC_NAME", "Example Ltd")
    providers = {"openid_connect": env.single_sign_on(issuer, must_be_https=False)}
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers, OIDC_ISSUER=issuer):
        yield Client()


def sign_on(portal: Client, subject: str) -> Any:
    """Sign in through the provider's page and return, as a browser does."""
    assert b"Continue with Example Ltd" in portal.get("/accounts/login/").content
    there = portal.post("/accounts/oidc/sso/login/?process=login").headers["Location"]
    assert "code_challenge=" in there
    back = requests.post(there, {"sub": subject}, allow_redirects=False, timeout=10)
    return portal.get(back.headers["Location"])


def test_known_person_is_signed_in_and_linked(portal: Client) -> None:
    officer = factories.make_user(Role.OFFICER, email="officer@example.com")
    assert sign_on(portal, "known").headers["Location"] == "/"
    assert portal.get("/review/").status_code == 200
    assert Event.objects.get(kind="single_sign_on_linked").actor_id == officer.pk
    officer.email = "renamed@example.com"
    officer.save(update_fields=["email"])
    assert sign_on(Client(), "known").headers["Location"] == "/", "from then on by the provider's identifier"


@pytest.mark.parametrize("subject", ["stranger", "unverified"])
def test_who_is_not_known_or_not_verified_is_refused(portal: Client, subject: str) -> None:
    factories.make_user(Role.OFFICER, email="officer@example.com")
    reply = sign_on(portal, subject)
    assert (reply.status_code, b"No account here yet" in reply.content) == (403, True)
    assert portal.get("/review/").status_code == 302
    assert Event.objects.filter(kind="single_sign_on_refused").count() == 1


def test_switched_off_person_is_refused(portal: Client) -> None:
    officer = factories.make_user(Role.OFFICER, email="officer@example.com")
    sign_on(portal, "known")
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    other = Client()
    assert sign_on(other, "known").headers["Location"] == "/accounts/login/"
    assert other.get("/review/").status_code == 302


def test_production_asks_for_the_second_factor_here_too(portal: Client, settings: Any) -> None:
    settings.IS_EMBEDDED = False
    factories.make_user(Role.OFFICER, email="officer@example.com")
    sign_on(portal, "known")
    assert portal.get("/review/").headers["Location"] == "/accounts/2fa/"


def test_forged_state_signs_nobody_in(portal: Client) -> None:
    factories.make_user(Role.OFFICER, email="officer@example.com")
    reply = portal.get("/accounts/oidc/sso/login/callback/?code=x&state=forged")
    assert b"Single sign-on failed" in reply.content
    assert portal.get("/review/").status_code == 302


def test_settings_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        env.single_sign_on("https://id.example.com", must_be_https=True)
    with pytest.raises(ImproperlyConfigured, match="https"):
        env.single_sign_on("http://id.example.com", must_be_https=True)
