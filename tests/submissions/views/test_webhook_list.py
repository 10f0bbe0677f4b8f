"""No webhook ends unseen: managers find each that no submission shows, until they acknowledge it."""

import json

import pytest

from submissions.models import Event, Role, WebhookDelivery
from submissions.models.webhook import UNPLACED
from submissions.vendor_sync import webhooks
from submissions.views.frame import counters
from submissions.views.operations.webhook_list import OUTCOMES
from tests.clients import browser
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
BODIES = {
    "unreadable": b"?",
    "unsupported": json.dumps({"data": "q83vEjRWeJA3Kx0b5V7n2Q=="}).encode(),
    "no_such_submission": json.dumps({"webhook_trigger": "approved", "submission_id": "v9"}).encode(),
}


def delivered(body: bytes) -> WebhookDelivery:
    row = webhooks.store(make_project(), body, "application/json", "203.0.113.7")
    webhooks.confirm_due()
    row.refresh_from_db()
    return row


def test_every_outcome_has_its_words() -> None:
    assert set(OUTCOMES) == set(UNPLACED)


@pytest.mark.parametrize("outcome", BODIES)
def test_manager_sees_it_until_it_is_acknowledged(outcome: str) -> None:
    row, manager = delivered(BODIES[outcome]), make_user(Role.MANAGER)
    assert row.outcome == outcome
    assert counters.read(manager)["webhooks"] == 1
    client = browser(manager)
    page = client.get("/webhook-deliveries/").content.decode()
    assert "203.0.113.7" in page
    assert str(OUTCOMES[outcome][0]) in page
    client.post(f"/webhook-deliveries/{row.pk}/acknowledge/")
    assert "203.0.113.7" not in client.get("/webhook-deliveries/").content.decode()
    assert manager.name in client.get("/webhook-deliveries/?seen=1").content.decode()
    assert counters.read(manager)["webhooks"] == 0
    event = Event.objects.get(kind="webhook_acknowledged")
    assert (event.actor_id, event.fields["outcome"]) == (manager.pk, outcome)


def test_content_is_not_shown() -> None:
    delivered(json.dumps({"webhook_trigger": "approved", "submission_id": "v9", "email": "x@example.com"}).encode())
    assert "x@example.com" not in browser(make_user(Role.MANAGER)).get("/webhook-deliveries/").content.decode()


def test_counter_is_the_managers_alone() -> None:
    delivered(BODIES["unreadable"])
    assert counters.read(make_user(Role.OFFICER))["webhooks"] == 0
