"""Endpoints under Settings: created with a secret shown once, changed, switched, tested; deliveries sent again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from submissions.core import clock
from submissions.deliveries import addresses, repeat
from submissions.models import Delivery, Endpoint, Event, MessageKind, Role, Status
from tests.clients import browser
from tests.factories import by, make_at, make_project, make_user, sign_in
from tests.receiver import receiver
from tests.submissions.deliveries.sending import announce, make_endpoint, send_all, states

pytestmark = pytest.mark.django_db

LIST = "/settings/integrations/"
DELIVERIES = "/settings/integrations/deliveries/"
VALUES = {"kind": "webhook", "name": "CRM", "url": "http://127.0.0.1:9/hook?token=abc", "kinds": ["submission.decided"]}


@pytest.fixture
def admin() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def text(response: Any) -> str:
    return str(response.content.decode())


def test_new_webhook_shows_its_secret_once(admin: Client) -> None:
    page = text(admin.post(f"{LIST}new/", VALUES))
    endpoint = Endpoint.objects.get()
    [secret] = endpoint.secrets_at(clock.now())
    assert secret in page
    assert endpoint.url == VALUES["url"]
    later = text(admin.get(f"{LIST}{endpoint.pk}/")) + text(admin.get(LIST))
    assert secret not in later
    assert "token=abc" not in later
    assert "127.0.0.1" in later
    event = Event.objects.get(kind="endpoint_added")
    assert event.fields == {"endpoint": "CRM", "host": "127.0.0.1"}


def test_change_needs_recent_authentication() -> None:
    client = browser(make_user(Role.ADMINISTRATOR))
    assert "Confirm it&#x27;s you" in text(client.post(f"{LIST}new/", VALUES))
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "http://crm.example.com/"}, "Enter a URL that begins with https://."),
        ({"url": "https://10.0.0.1/"}, "internal network"),
        ({"url": ""}, "Enter a value."),
        ({"kinds": []}, "Select an option."),
        ({"kinds": ["submission.reverified"]}, "not one of the available choices"),
        (
            {"public_key": "-----BEGIN PRIVATE KEY-----", "include_personal": "on"},  # pragma: allowlist secret
            "Never enter a private key.",
        ),
        ({"public_key": "x"}, "Never enter a private key."),
        ({"kind": "slack", "include_personal": "on"}, "Chat products receive no personal data."),
    ],
)
def test_unusable_value_is_refused(
    admin: Client, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], told: str
) -> None:
    resolved = addresses._resolve
    monkeypatch.setattr(
        addresses, "_resolve", lambda host, port: resolved("8.8.8.8" if "example" in host else host, port)
    )
    response = admin.post(f"{LIST}new/", {**VALUES, **changed})
    assert response.status_code == 422
    assert told in text(response)
    assert not Endpoint.objects.exists()


def test_refused_form_keeps_the_typed_url(admin: Client) -> None:
    response = admin.post(f"{LIST}new/", {**VALUES, "kinds": [], "url": "https://crm.example.com/hook"})
    assert response.status_code == 422
    assert 'value="https://crm.example.com/hook"' in response.content.decode()


def test_empty_url_keeps_the_present_one(admin: Client) -> None:
    endpoint = make_endpoint("https://crm.example.com/hook")
    values = {"name": "Renamed", "kinds": ["submission.decided"], "url": "", "project": str(make_project().pk)}
    admin.post(f"{LIST}{endpoint.pk}/", values)
    stored = Endpoint.objects.get()
    assert (stored.name, stored.url, stored.kinds) == (
        "Renamed",
        "https://crm.example.com/hook",
        ["submission.decided"],
    )
    assert Event.objects.get(kind="endpoint_changed").fields["changed"] == ["kinds", "name", "project"]


def test_secret_is_rotated_and_the_former_one_stays_valid_for_a_day(admin: Client) -> None:
    endpoint = make_endpoint()
    [old] = endpoint.secrets_at(clock.now())
    page = text(admin.post(f"{LIST}{endpoint.pk}/secret/"))
    new, former = Endpoint.objects.get().secrets_at(clock.now())
    assert (former, new in page) == (old, True)
    assert Endpoint.objects.get().secrets_at(clock.now() + timedelta(hours=25)) == [new]


def test_disabled_endpoint_receives_nothing_until_it_is_enabled(admin: Client) -> None:
    with receiver() as crm:
        endpoint = make_endpoint(crm.url)
        announce(make_at(Status.DRAFT))
        admin.post(f"{LIST}{endpoint.pk}/switch/")
        assert send_all() == 0
        assert "Disabled" in text(admin.get(LIST))
        admin.post(f"{LIST}{endpoint.pk}/switch/", {"enable": "1"})
        assert send_all() == 1
        assert "Enabled" in text(admin.get(LIST))


def test_test_message_and_its_reply_are_shown(admin: Client) -> None:
    with receiver() as crm:
        crm.reply = b"thank you"
        endpoint = make_endpoint(crm.url)
        admin.post(f"{LIST}{endpoint.pk}/test/")
        send_all()
        assert json.loads(crm.got[0].body)["type"] == "test"
    page = text(admin.get(f"{DELIVERIES}?endpoint={endpoint.pk}"))
    assert "thank you" in page
    assert "Delivered" in page


def test_deliveries_are_filtered_and_name_references_only(admin: Client) -> None:
    one, other = make_endpoint("http://127.0.0.1:9/"), make_endpoint("http://127.0.0.1:9/")
    submission = make_at(Status.DRAFT)
    announce(submission, MessageKind.DECIDED)
    send_all()
    page = text(admin.get(DELIVERIES))
    assert submission.reference in page
    assert "No connection" in page
    assert submission.values["name"] not in page
    found = admin.get(f"{DELIVERIES}?endpoint={one.pk}&state=waiting&kind=submission.decided").context["rows"]
    assert [row["delivery"].endpoint for row in found] == [one]
    assert admin.get(f"{DELIVERIES}?endpoint={other.pk}&state=failed").context["rows"] == []
    assert len(admin.get(f"{DELIVERIES}?endpoint=nonsense&before=x").context["rows"]) == 2


def test_older_deliveries_are_on_the_next_page(admin: Client) -> None:
    make_endpoint()
    submission = make_at(Status.DRAFT)
    for _number in range(102):
        announce(submission)
    first = admin.get(DELIVERIES)
    assert len(first.context["rows"]) == 100
    assert len(admin.get(f"{DELIVERIES}?{first.context['older']}").context["rows"]) == 2


def test_resend_sends_the_same_id_again(admin: Client) -> None:
    with receiver() as crm:
        make_endpoint(crm.url)
        announce(make_at(Status.DRAFT))
        send_all()
        admin.post(f"{DELIVERIES}{Delivery.objects.get().pk}/")
        send_all()
        assert len(crm.ids) == 2
        assert len(set(crm.ids)) == 1
    assert states() == ["delivered"]


def test_replay_sends_everything_since_a_time_in_order(admin: Client) -> None:
    with receiver() as crm:
        endpoint = make_endpoint(crm.url)
        submission = make_at(Status.PENDING)
        send_all()
        Endpoint.objects.update(disabled_at=clock.now(), disabled_by=make_user(Role.ADMINISTRATOR))
        make_endpoint(crm.url, kinds=["submission.overdue"])
        announce(submission, MessageKind.OVERDUE)  # the disabled endpoint does not collect it
        admin.post(f"{LIST}{endpoint.pk}/switch/", {"enable": "1"})
        crm.got.clear()
        since = timezone.localtime(clock.now() - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
        admin.post(f"{LIST}{endpoint.pk}/replay/", {"since": since})
        send_all()
        kinds = [json.loads(got.body)["type"] for got in crm.got]
    assert kinds.count("submission.overdue") == 2  # each endpoint once
    assert [kind for kind in kinds if kind != "submission.overdue"] == ["submission.started", "submission.pending"]
    assert kinds[-1] == "submission.overdue"
    assert Event.objects.get(kind="deliveries_replayed").fields["count"] == 3


def test_replay_of_a_time_out_of_range_is_refused(admin: Client) -> None:
    endpoint = make_endpoint()
    page = admin.post(f"{LIST}{endpoint.pk}/replay/", {"since": "2020-01-01T00:00"}, follow=True)
    assert "Enter a time within the last 30 days." in text(page)


def test_replay_keeps_the_delivery_of_a_message_that_arrives_during_it() -> None:
    endpoint = make_endpoint()
    submission = make_at(Status.DRAFT)
    announce(submission)
    arrived = []

    def arrive(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if sql.startswith("SELECT") and 'FROM "submissions_message"' in sql and not arrived:
            arrived.append(True)
            announce(submission, MessageKind.OVERDUE)
        return result

    with connection.execute_wrapper(arrive):
        assert repeat.replay(endpoint, clock.now() - timedelta(hours=1), by=by(endpoint.created_by)) == 1
    kinds = Delivery.objects.order_by("message__created_at").values_list("message__kind", flat=True)
    assert list(kinds) == [MessageKind.PENDING, MessageKind.OVERDUE]


def test_replay_leaves_out_other_projects_and_kinds() -> None:
    endpoint = make_endpoint(project=make_project(), kinds=["submission.decided"])
    make_endpoint()
    make_at(Status.APPROVED)
    assert repeat.replay(endpoint, clock.now() - timedelta(hours=1), by=by(endpoint.created_by)) == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("slack", "KP-TESTTEST: Test · <http"),
        ("mattermost", "KP-TESTTEST: Test · [Open submission](http"),
        ("teams", '"type": "AdaptiveCard"'),
    ],
)
def test_chat_alert_has_the_form_of_its_product(admin: Client, kind: str, expected: str) -> None:
    with receiver() as chat:
        admin.post(f"{LIST}new/", {**VALUES, "kind": kind, "url": chat.url})
        endpoint = Endpoint.objects.get()
        admin.post(f"{LIST}{endpoint.pk}/test/")
        send_all()
        assert expected in chat.got[0].body
        assert "webhook-signature" not in chat.got[0].headers
        assert admin.post(f"{LIST}{endpoint.pk}/secret/", follow=True).status_code == 200
    assert endpoint.secret_sealed is None


def test_chat_alert_names_the_reference_only() -> None:
    with receiver() as chat:
        owner = make_user(Role.ADMINISTRATOR, language="ko")
        make_endpoint(chat.url, kind="slack", kinds=["submission.decided", "alert"], created_by=owner)
        submission = make_at(Status.APPROVED)
        send_all()
        [got] = chat.got
    assert json.loads(got.body)["text"].startswith(f"{submission.reference}: 승인 · ")
    assert f"/submissions/{submission.pk}/|" in got.body
    assert not [value for value in submission.values.values() if value in got.body]
