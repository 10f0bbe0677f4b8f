"""The page for what broke: it needs nothing that may be what broke."""

from typing import Any

import pytest
from django.test import Client

from submissions.models import Role
from tests.factories import make_user, sign_in

pytestmark = pytest.mark.django_db


def test_broken_page_is_shown_where_no_static_file_was_collected(settings: Any, tmp_path: Any) -> None:
    client = sign_in(Client(raise_request_exception=False), make_user(Role.OFFICER))
    settings.STATIC_ROOT = tmp_path
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
    reply = client.get("/submissions/")
    assert reply.status_code == 500
    page = reply.content.decode()
    assert "Something broke on our side" in page
    assert 'href="/static/portal.css"' in page


def test_broken_page_asks_no_database(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("kycportal.health.JsonResponse", lambda *given, **named: 1 / 0)
    with django_assert_num_queries(0):
        reply = client.get("/readyz?only=broker")
    assert "Something broke on our side" in reply.content.decode()
