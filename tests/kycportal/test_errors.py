"""The error page uses nothing that may have caused the error."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from kycportal import errors
from submissions.models import Role, User
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
    assert "Something went wrong" in page
    assert 'href="/static/core/base.css"' in page


def test_broken_page_is_shown_while_the_database_is_away() -> None:
    def away() -> User:
        raise OperationalError("connection refused")

    request = RequestFactory().get("/submissions/")
    request.user = SimpleLazyObject(away)  # type: ignore[assignment]
    assert "Something went wrong" in errors.broken(request).content.decode()
