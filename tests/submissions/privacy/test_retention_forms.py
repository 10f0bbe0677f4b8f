"""The administrator's forms for retention and erasure: missing fields are named, and checkboxes have labels."""

import re

import pytest
from django.test import Client

from submissions.models import Role, Status
from tests.factories import make_at, make_user, sign_in


@pytest.mark.django_db
def test_an_empty_erasure_is_told_what_is_missing(client: Client) -> None:
    sign_in(client, make_user(Role.ADMINISTRATOR))
    address = f"/retention/{make_at(Status.PENDING).pk}/"
    page = client.post(address, {"action": "erase", "why": "mistake"}).content.decode()
    assert "Enter a reason. It is recorded." in page
    assert "Compare the reference with the request, then select this box." in page
    assert "This field is required." not in page
    assert len(re.findall(r'<label class="form-check"[^>]*>\s*<input type="checkbox"', page)) == 2
