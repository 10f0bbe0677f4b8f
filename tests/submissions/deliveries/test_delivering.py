"""Due deliveries are sent signed and in order, tried again with growing delays, and never lost."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.core import mail
from django.db import transaction
from django.test import Client
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey
from standardwebhooks.webhooks import Webhook

from submissions import tasks
from submissions.core import clock
from submissions.deliveries import deliver, outcomes, personal, slots, upkeep
from submissions.models import Delivery, DeliveryState, Endpoint, Event, Message, MessageKind, Role, Status
from submissions.privacy import data_subject_export, erasure
from submissions.workflow import messages
from tests.factories import by, make_at, make_user, reload, sign_in
from tests.receiver import Receiver
from tests.stack import ROOT
from tests.submissions.deliveries.sending import announce, make_endpoint, send_all, send_all_in, states

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=5)


def test_delivery_is_signed_and_thin(crm: Receiver) -> None:
    endpoint = make_endpoint(crm.url)
    submission = make_at(Status.APPROVED)
    assert send_all() == 2
    started, decided = crm.got
    [secret] = endpoint.secrets_at(clock.now())
    assert Webhook(secret).verify(decided.body, decided.headers) == json.loads(decided.body)
    body = json.loads(decided.body)
    assert (body["type"], body["version"]) == ("submission.decided", 1)
    assert body["data"]["reference"] == submission.reference
    assert body["data"]["customer_number"] == submission.values["customer_id"]
    assert not [name for name in ("name", "email", "date_of_birth") if submission.values[name] in decided.body]
    assert json.loads(started.body)["type"] == "submission.started"
    assert states() == [DeliveryState.DELIVERED] * 2


def test_both_secrets_are_valid_during_a_rotation(crm: Receiver) -> None:
    endpoint = make_endpoint(crm.url)
    [old] = endpoint.secrets_at(clock.now())
    new = endpoint.new_secret(former_until=clock.now() + timedelta(days=1))
    endpoint.save()
    announce(make_at(Status.DRAFT))
    send_all()
    assert Webhook(old).verify(crm.got[0].body, crm.got[0].headers)
    assert Webhook(new).verify(crm.got[0].body, crm.got[0].headers)
    assert endpoint.secrets_at(clock.now() + timedelta(days=2)) == [new]


@pytest.mark.parametrize("status", [500, 404, 302, 204])
def test_only_2xx_is_delivered(crm: Receiver, status: int) -> None:
    crm.status, crm.headers = status, {"Location": "http://127.0.0.1:9/"} if status == 302 else {}
    make_endpoint(crm.url)
    announce(make_at(Status.DRAFT))
    send_all()
    delivery = Delivery.objects.get()
    expected = {302: ("waiting", "redirect"), 204: ("delivered", "")}.get(status, ("waiting", "status"))
    assert (delivery.state, delivery.error, delivery.status_code) == (*expected, status)
    assert len(crm.got) == 1


def test_failed_delivery_is_repeated_with_its_id_and_blocks_only_its_submission(crm: Receiver) -> None:
    make_endpoint(crm.url)
    one, other = make_at(Status.DRAFT), make_at(Status.DRAFT)
    crm.status = 500
    announce(one)
    assert send_all() == 1
    crm.status = 200
    announce(one, MessageKind.DECIDED)
    announce(other)
    assert send_all() == 1
    assert states() == ["waiting", "waiting", "delivered"]
    assert send_all_in(timedelta(seconds=10)) == 2
    assert [json.loads(got.body)["data"]["reference"] for got in crm.got[2:]] == [one.reference] * 2
    assert json.loads(crm.got[-1].body)["type"] == "submission.decided"
    assert crm.ids[0] == crm.ids[2]
    assert crm.got[0].body == crm.got[2].body


def test_connection_that_ends_without_a_reply_is_a_failure(crm: Receiver) -> None:
    crm.status = "cut"
    make_endpoint(crm.url)
    announce(make_at(Status.DRAFT))
    send_all()
    assert Delivery.objects.get().error == "broken_off"


def test_delays_grow_to_four_hours() -> None:
    waits = [timedelta(0), timedelta(seconds=40), timedelta(hours=1), timedelta(days=2)]
    shortest = [min(outcomes.wait_after(wait) for _draw in range(50)).total_seconds() for wait in waits]
    longest = [max(outcomes.wait_after(wait) for _draw in range(50)).total_seconds() for wait in waits]
    middle = [5, 40, 3600, 4 * 3600]
    assert all(
        0.8 * mid <= low < mid < high <= 1.2 * mid for low, mid, high in zip(shortest, middle, longest, strict=True)
    )


def test_retry_after_is_kept(crm: Receiver) -> None:
    crm.status, crm.headers = 429, {"Retry-After": "600"}
    make_endpoint(crm.url)
    announce(make_at(Status.DRAFT))
    send_all()
    assert Delivery.objects.get().due_at > clock.now() + timedelta(seconds=590)


def test_delivery_fails_after_three_days_and_the_next_one_follows(crm: Receiver) -> None:
    crm.status = 400
    make_endpoint(crm.url)
    submission = make_at(Status.DRAFT)
    announce(submission)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        announce(submission, MessageKind.DECIDED)
    Delivery.objects.update(due_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert send_all() == 2
        Endpoint.objects.update(disabled_at=None)
    assert states() == ["failed", "waiting"]


def test_worker_that_died_is_replaced_after_its_lease(crm: Receiver) -> None:
    make_endpoint(crm.url)
    announce(make_at(Status.DRAFT))
    with slots.Slot() as slot:
        [taken] = deliver.take(slot)
    assert send_all() == 0
    assert send_all_in(deliver.LEASE + timedelta(seconds=1)) == 1
    assert not outcomes.record(taken, outcomes.Outcome("timeout"))  # the late worker's outcome does not count
    assert states() == ["delivered"]


def test_endpoint_that_fails_for_a_day_is_disabled_and_its_owner_notified(crm: Receiver) -> None:
    crm.status = 503
    owner = make_user(Role.ADMINISTRATOR, email="owner@example.com")
    make_user(Role.ADMINISTRATOR, email="other@example.com")
    endpoint = make_endpoint(crm.url, created_by=owner)
    announce(make_at(Status.DRAFT))
    send_all()
    assert Endpoint.objects.get().failing_since is not None
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        send_all()
        tasks.keep_messages()
        tasks.keep_messages()
        assert send_all_in(LATER) == 0
    stored = Endpoint.objects.get()
    assert (stored.is_enabled, stored.disabled_by) == (False, None)
    assert Event.objects.get(kind="endpoint_disabled").fields["endpoint"] == endpoint.name
    [message] = mail.outbox
    assert message.to == ["owner@example.com"]
    assert endpoint.name in message.subject
    assert f"/settings/integrations/{endpoint.pk}/" in str(message.body)
    assert states() == ["waiting"]
    assert f"{endpoint.name}: disabled by the portal" in sign_in(Client(), owner).get("/settings/").content.decode()
    with time_machine.travel(clock.now() + timedelta(days=4)):
        assert outcomes.expire() == 1
    assert states() == ["failed"]


def test_success_ends_the_failing_state_and_410_disables_at_once(crm: Receiver) -> None:
    make_endpoint(crm.url, failing_since=clock.now() - timedelta(hours=20))
    announce(make_at(Status.DRAFT))
    send_all()
    assert Endpoint.objects.get().failing_since is None
    crm.status = 410
    announce(make_at(Status.DRAFT))
    send_all()
    assert not Endpoint.objects.get().is_enabled


def test_stored_reply_repeats_no_customer_value(crm: Receiver) -> None:
    make_endpoint(crm.url)
    submission = make_at(Status.DRAFT)
    crm.reply = f"unknown customer {submission.values['customer_id']}\x00\n{'x' * 900}".encode()
    announce(submission)
    send_all()
    reply = Delivery.objects.get().reply
    assert reply.startswith("unknown customer *** xxx")
    assert len(reply) == 500


def test_erased_customer_has_no_number_in_a_late_delivery(crm: Receiver) -> None:
    make_endpoint(crm.url)
    submission = make_at(Status.REJECTED)
    erasure.erase(reload(submission), by=by(submission.created_by), why="mistake")
    assert send_all() == 2
    assert [json.loads(got.body)["data"]["customer_number"] for got in crm.got] == [None, None]


def test_threads_of_deliveries_are_limited() -> None:
    endpoint = make_endpoint()
    with slots.Slot() as first, slots.Slot() as second, slots.Slot() as third, slots.Slot() as fourth:
        assert [slot.is_taken for slot in (first, second, third, fourth)] == [True] * 4
        with slots.Slot() as fifth:
            assert not fifth.is_taken
        assert first.enter(endpoint.pk, is_failing=True)
        assert not second.enter(endpoint.pk, is_failing=True)
        assert second.enter(endpoint.pk, is_failing=False)
        assert third.enter(endpoint.pk, is_failing=False)
        assert not fourth.enter(endpoint.pk, is_failing=False)
    with slots.Slot() as again:
        assert again.enter(endpoint.pk, is_failing=True)


def test_old_messages_are_deleted() -> None:
    make_endpoint()
    announce(make_at(Status.DRAFT))
    assert upkeep.delete_old() == 0
    with time_machine.travel(clock.now() + upkeep.KEPT_FOR + timedelta(minutes=1)):
        assert upkeep.delete_old() == 1
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()


def test_personal_data_needs_the_scope_and_is_recorded(crm: Receiver) -> None:
    make_endpoint(crm.url, include_personal=True)
    submission = make_at(Status.DRAFT)
    announce(submission)
    send_all()
    customer = json.loads(crm.got[0].body)["data"]["customer"]
    assert customer["name"] == submission.values["name"]
    assert "document_number" not in customer
    event = Event.objects.get(kind="personal_data_sent")
    assert (event.submission_id, event.fields["sent"]) == (submission.pk, sorted(customer))
    assert submission.values["name"] not in json.dumps(Message.objects.get().facts)


def test_data_subject_learns_which_receiver_got_which_values(crm: Receiver) -> None:
    make_endpoint(crm.url, name="Core system", include_personal=True)
    submission = make_at(Status.DRAFT)
    assert data_subject_export.held_on(submission)["sent_to_others"] == []
    announce(submission)
    announce(submission, MessageKind.OVERDUE)
    send_all()
    (receiver,) = data_subject_export.held_on(submission)["sent_to_others"]
    assert receiver["receiver"] == "Core system"
    assert receiver["values"] == sorted(json.loads(crm.got[0].body)["data"]["customer"])


@pytest.mark.parametrize("private", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())])
def test_personal_data_is_encrypted_to_the_public_key(crm: Receiver, private: Any) -> None:
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    make_endpoint(crm.url, include_personal=True, public_key=pem)
    submission = make_at(Status.DRAFT)
    announce(submission)
    send_all()
    assert submission.values["name"] not in crm.got[0].body
    token = json.loads(crm.got[0].body)["data"]["customer_jwe"]
    key = RSAKey.import_key(private) if isinstance(private, rsa.RSAPrivateKey) else ECKey.import_key(private)
    algorithms = [personal.RSA_ALGORITHM, personal.EC_ALGORITHM, personal.CONTENT]
    opened = jwe.decrypt_compact(token, key, algorithms=algorithms).plaintext
    assert json.loads(opened or b"")["name"] == submission.values["name"]


def test_key_that_is_not_public_or_too_short_is_refused() -> None:
    private = rsa.generate_private_key(65537, 2048)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    short = rsa.generate_private_key(65537, 1024).public_key()
    for text in ("nonsense", secret, short.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()):
        with pytest.raises(personal.UnusableKey):
            personal.check_key(text)


def test_documented_members_are_those_of_the_body(crm: Receiver) -> None:
    make_endpoint(crm.url, kinds=list(MessageKind))
    submission = make_at(Status.DRAFT)
    with transaction.atomic():
        messages.announce(submission, MessageKind.AML_CHANGED, aml={"is_hit": True, "review_outcome": None})
        messages.announce_alert(submission, "target_60")
        messages.announce_alert(submission, "aml_hit")  # is not announced
        messages.announce(submission, MessageKind.REVERIFICATION_DUE, next_check_on="2029-11-30")
    send_all()
    bodies = [json.loads(got.body)["data"] for got in crm.got]
    types = [json.loads(got.body)["type"] for got in crm.got]
    assert types == ["submission.aml_changed", "alert", "submission.reverification_due"]
    page = (ROOT / "docs" / "webhooks.md").read_text()
    table = page.partition("| member | meaning |")[2].partition("\n\n")[0]
    documented = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.rpartition(" | ")[0])}
    assert documented == set().union(*bodies) | {"customer", "customer_jwe"}
    listed = set(re.findall(r"^\| `([a-z_.]+)` \|", page.partition("| type | written when |")[2], re.M))
    assert listed == set(MessageKind.values)
