"""Only known parameter names reach the audit log: anything else in a URL may be personal."""

import json

import pytest
from django.http import QueryDict
from django.test import Client

from submissions.audit import events
from submissions.models import Event, Role, SearchHash
from submissions.reporting.exports import create
from submissions.search import filters, queue_filters
from tests.factories import by, make_user

pytestmark = pytest.mark.django_db

TYPED = "Kim Minji 900412-1234567"


@pytest.mark.parametrize("path", ["/submissions/", "/review/", "/differences/"])
def test_name_typed_into_an_address_is_not_recorded(path: str) -> None:
    client = Client()
    client.force_login(make_user(Role.MANAGER))
    response = client.get(path, {TYPED: "1", "status": "pending", "seen": "1", "country": ""})
    assert response.status_code == 200
    event = Event.objects.latest("id")
    assert event.kind.endswith("_opened")
    assert TYPED not in json.dumps(event.fields)
    assert "status" in event.fields["filters"]


def test_name_typed_into_an_exports_query_is_not_recorded() -> None:
    query = QueryDict(mutable=True)
    query.update({TYPED: "1", "status": "approved"})
    create.request_export(
        "list", "csv", query.urlencode(), by=by(make_user(Role.OFFICER)), reason="for the auditor", is_open=True
    )
    assert Event.objects.latest("id").fields["filters"] == ["status"]


def test_every_filter_of_a_list_is_known() -> None:
    names = {*filters.FILTERS, *queue_filters.FILTERS, "q", "seen", "email", "customer_id"}
    names |= {SearchHash.EMAIL, SearchHash.CUSTOMER, SearchHash.DOCUMENT, SearchHash.IDENTITY}
    assert names == events.FILTER_NAMES
