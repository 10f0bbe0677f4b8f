"""Webhooks: stored fast and once, never trusted, confirmed by a read, kept whatever their content."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from argos.replies import KNOWN_TRIGGERS
from submissions.aml import hints
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock
from submissions.models import Event, Project, Status, Submission, WebhookDelivery
from submissions.privacy import erasure, retention
from submissions.vendor_sync import webhooks
from tests.factories import make_at, make_project
from tests.submissions.vendor_sync.settling import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


def post(project: Project, body: bytes, kind: str = "application/json", **extra: Any) -> Any:
    token = project.new_webhook_token()
    project.save(update_fields=["webhook_token_hash"])
    return Client().post(f"/webhooks/argos/{token}/", body, content_type=kind, **extra)


def hint(trigger: str = "approved", submission_id: str = "v1", **more: Any) -> bytes:
    return json.dumps({"webhook_trigger": trigger, "submission_id": submission_id, **more}).encode()


def outcome() -> str:
    WebhookDelivery.objects.update(next_try_at=clock.now())
    webhooks.confirm_due()
    return WebhookDelivery.objects.get().outcome


def test_stored_as_it_came_encrypted_and_once() -> None:
    project = make_project()
    for _time in range(3):
        assert post(project, hint(email="secret@example.com")).status_code == 200
    row = WebhookDelivery.objects.get()
    assert (row.times_received, row.handled_at) == (3, None)
    assert row.body == hint(email="secret@example.com")
    assert b"secret" not in bytes(row.body_sealed)


def test_taking_one_in_is_quick() -> None:
    project = make_project()
    post(project, hint("created"))
    took = []
    for number in range(5):
        started = time.perf_counter()
        webhooks.store(project, hint("created", f"v{number}"), "application/json", None)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.05


@pytest.mark.parametrize(("size", "code"), [(webhooks.MAX_BYTES, 200), (webhooks.MAX_BYTES + 1, 413)])
def test_size_has_a_limit(size: int, code: int) -> None:
    assert post(make_project(), b"{" + b" " * (size - 1)).status_code == code


def test_body_without_a_length_is_refused_and_not_lost_in_silence() -> None:
    project = make_project()
    token = project.new_webhook_token()
    project.save(update_fields=["webhook_token_hash"])
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    reply = Client().generic("POST", f"/webhooks/argos/{token}/", hint(), "application/json", **chunked)
    assert (reply.status_code, WebhookDelivery.objects.count()) == (411, 0)


@pytest.mark.parametrize("length", ["-5", "many", "²", "9" * 5000])
def test_length_that_is_none_is_refused(length: str) -> None:
    assert post(make_project(), b"{}", CONTENT_LENGTH=length).status_code == 413


def test_unknown_token_is_not_found() -> None:
    assert Client().post("/webhooks/argos/guess/", b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    ("listed", "address", "code"),
    [
        ([], "203.0.113.9", 200),
        (["52.78.194.237"], "52.78.194.237", 200),
        (["52.78.194.237"], "203.0.113.9", 404),
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["no address"], "203.0.113.9", 404),
    ],
)
def test_source_addresses(listed: list[str], address: str, code: int) -> None:
    project = make_project(webhook_addresses=listed)
    assert post(project, hint(), REMOTE_ADDR=address).status_code == code


@pytest.mark.parametrize(
    ("forwarded", "code"),
    [("52.78.194.237", 200), ("52.78.194.237, 203.0.113.9", 404), ("203.0.113.9, 52.78.194.237", 200), ("", 404)],
)
def test_source_behind_a_proxy_is_what_the_proxy_saw(settings: Any, forwarded: str, code: int) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    project = make_project(webhook_addresses=["52.78.194.237"])
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert post(project, hint(), REMOTE_ADDR="52.78.194.237", **extra).status_code == code


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_json_or_form_is_confirmed_by_reading(bench: Bench, kind: str) -> None:
    bench.at("+approved")
    bench.lose_step2("lost_after")
    body = hint("approved", bench.mine.vendor_id)
    if kind.endswith("urlencoded"):
        body = f"webhook_trigger=approved&submission_id={bench.mine.vendor_id}".encode()
    assert post(bench.project, body, kind).status_code == 200
    assert outcome() == "read_back"


def test_hint_that_lies_moves_nothing(bench: Bench) -> None:
    bench.at()
    post(bench.project, hint("approved", bench.mine.vendor_id, kyc_result={"status": "approved"}))
    assert outcome() == "read_back"
    assert bench.mine.status == Status.CONFIRMING


@pytest.mark.parametrize("trigger", sorted(KNOWN_TRIGGERS))
def test_every_trigger_is_kept_and_shown_on_the_timeline(bench: Bench, trigger: str) -> None:
    bench.at()
    post(bench.project, hint(trigger, bench.mine.vendor_id))
    known = {**dict.fromkeys(webhooks.MOVING, "read_back"), **dict.fromkeys(hints.TRIGGERS, "not_confirmed")}
    assert outcome() == known.get(trigger, "kept")
    event = Event.objects.get(kind="webhook", submission_id=bench.mine.pk)
    assert event.fields["trigger"] == trigger
    assert bench.mine.status == Status.CONFIRMING


@pytest.mark.parametrize(
    ("body", "kind", "kept_as"),
    [
        (hint("exploded"), "application/json", "unknown_trigger"),
        (hint("updated", kyc_result={"status": "on_ice"}), "application/json", "unknown_status"),
        (b'{"data": "q83vEjRWeJA="}', "application/json", "unsupported"),
        (b"\x00junk", "text/plain", "unreadable"),
        (hint("approved", "somebody-elses"), "application/json", "no_such_submission"),
    ],
)
def test_what_nobody_documented_is_stored_and_flagged(bench: Bench, body: bytes, kind: str, kept_as: str) -> None:
    bench.at()
    post(bench.project, body.replace(b'"v1"', json.dumps(bench.mine.vendor_id).encode()), kind)
    assert outcome() == kept_as
    assert bench.mine.status == Status.CONFIRMING


def test_hint_finds_a_step1_whose_reply_was_lost(bench: Bench) -> None:
    bench.customers([""])
    bench.press_step1(0)
    bench.work("lost_after")
    post(bench.project, bench.vendor.hint(bench.vendor.submissions()[0]))
    assert outcome() == "adopted"
    assert bench.mine.status == Status.CONFIRMING


def test_hint_with_a_borrowed_id_does_not_settle_a_step1(bench: Bench) -> None:
    """Somebody posts our userid with the id of another record: the vendor's own userid decides."""
    bench.customers(["", ""])
    bench.press_step1(0)
    bench.work("fine")
    bench.press_step1(1)
    bench.work("lost_before")
    userid = bench.one(1).open_call.userid
    post(bench.project, hint("created", bench.one(0).vendor_id, userid=userid))
    outcome()
    assert bench.one(1).vendor_id == ""


def test_hint_of_a_step1_we_gave_up_opens_it_again(bench: Bench) -> None:
    bench.customers([""])
    bench.press_step1(0)
    bench.lag(25)
    bench.work("lost_after")
    bench.beats(0.1, 11)
    assert bench.mine.status == Status.DRAFT
    bench.lag(0)
    post(bench.project, bench.vendor.hint(bench.vendor.submissions()[0]))
    assert outcome() == "adopted"
    assert (bench.mine.status, bench.call.settled_as) == (Status.CONFIRMING, "adopted")


def test_second_record_of_ours_is_shown_and_not_taken(bench: Bench) -> None:
    bench.customers([""])
    bench.press_step1(0)
    bench.lag(25)
    bench.work("lost_after")
    bench.beats(0.1, 11)
    bench.lag(0)
    bench.press_step1(0)
    bench.work("fine")
    first = min(bench.vendor.submissions(), key=lambda kyc: kyc.created_at)
    post(bench.project, bench.vendor.hint(first))
    assert outcome() == "shown"
    assert bench.mine.vendor_id != first.submission_id
    assert bench.mine.differences.standing().get().vendor_id == first.submission_id


def test_vendor_that_cannot_be_asked_is_asked_later() -> None:
    submission = make_at(Status.PENDING)
    webhooks.store(submission.project, hint("approved", submission.vendor_id), "application/json", None)
    assert webhooks.confirm_due() == 0
    row = WebhookDelivery.objects.get()
    assert (row.tries, row.handled_at) == (1, None)
    assert row.next_try_at > clock.now()


def test_doubled_hint_long_after_asks_once_more(bench: Bench) -> None:
    bench.at()
    body = hint("updated", bench.mine.vendor_id)
    webhooks.store(bench.project, body, "application/json", None)
    assert webhooks.confirm_due() == 1
    webhooks.store(bench.project, body, "application/json", None)
    assert webhooks.confirm_due() == 0
    bench.advance(2)
    webhooks.store(bench.project, body, "application/json", None)
    assert webhooks.confirm_due() == 1


def test_one_hint_that_breaks_stops_no_other(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.at()
    webhooks.store(bench.project, hint("boom"), "application/json", None)
    webhooks.store(bench.project, hint("updated", bench.mine.vendor_id), "application/json", None)
    parse = webhooks.parse_webhook

    def break_on(body: bytes, kind: str) -> Any:
        if b"boom" in body:
            raise ValueError("broken")
        return parse(body, kind)

    monkeypatch.setattr(webhooks, "parse_webhook", break_on)
    assert webhooks.confirm_due() == 1
    assert WebhookDelivery.objects.get(handled_at=None).tries == 1


def test_two_workers_confirm_one_delivery_once(bench: Bench) -> None:
    bench.at()
    webhooks.store(bench.project, hint("updated", bench.mine.vendor_id), "application/json", None)
    stale = WebhookDelivery.objects.get()
    assert webhooks._take_turn(WebhookDelivery.objects.get())
    assert not webhooks._take_turn(stale)


def test_delivery_about_somebody_erased_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A late or repeated delivery, or one of a trigger that is only stored; the event stays, and no read is sent."""
    submission = make_at(Status.APPROVED)
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    monkeypatch.setattr(webhooks.status_table, "ask_vendor", lambda *_args, **_kwargs: 1 / 0)
    for trigger in ("approved", "approved", "aml", "exploded"):
        body = hint(trigger, submission.vendor_id, email="applicant@example.com", full_name="Minseo Example")
        webhooks.store(submission.project, body, "application/json", None)
        assert webhooks.confirm_due() == 1
        assert not WebhookDelivery.objects.exists()
    told = Event.objects.filter(kind="webhook", submission_id=submission.pk).order_by("id")
    assert [event.fields["outcome"] for event in told] == ["erased"] * 4


def test_delivery_about_somebody_who_is_erased_meanwhile_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_at(Status.APPROVED)

    def erase_meanwhile(found: Submission, *, by: Actor) -> None:
        erasure.erase(Submission.objects.get(pk=found.pk), by=by, why="customer_request")

    monkeypatch.setattr(webhooks.status_table, "ask_vendor", erase_meanwhile)
    webhooks.store(submission.project, hint("approved", submission.vendor_id), "application/json", None)
    assert webhooks.confirm_due() == 1
    assert not WebhookDelivery.objects.exists()


def test_second_record_of_somebody_erased_is_shown_and_its_delivery_thrown_away(bench: Bench) -> None:
    bench.customers(["+approved"])
    bench.press_step1(0)
    bench.work("fine")
    first = bench.vendor.submissions()[0]
    ours = bench.mine
    Submission.objects.filter(pk=ours.pk).update(status=Status.ABANDONED, decided_at=clock.now(), vendor_id="another")
    erasure.erase(Submission.objects.get(pk=ours.pk), by=SYSTEM, why="customer_request")
    post(bench.project, bench.vendor.hint(first))
    assert webhooks.confirm_due() == 1
    assert not WebhookDelivery.objects.exists()
    assert bench.mine.differences.standing().get().vendor_id == first.submission_id


def test_deliveries_go_with_their_own_clock_known_here_or_not() -> None:
    submission, other = make_at(Status.APPROVED), make_project(keep_webhook_days=90)
    for project in (submission.project, other):
        webhooks.store(project, hint("exploded", submission.vendor_id), "application/json", None)
        webhooks.store(project, hint("approved", "nobody", email="x@example.com"), "application/json", None)
        waiting = webhooks.store(project, hint("updated", "nobody"), "application/json", None)
        webhooks.confirm_due()
        WebhookDelivery.objects.filter(pk=waiting.pk).update(handled_at=None)
    with time_machine.travel(clock.now() + timedelta(days=29)):
        assert retention.drop_webhooks() == 0
        webhooks.store(submission.project, hint("exploded", submission.vendor_id), "application/json", None)
        assert WebhookDelivery.objects.count() == 6, "a double is known for one"
        WebhookDelivery.objects.filter(times_received=2).update(handled_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(days=31)):
        retention.erase_due()
        kept = WebhookDelivery.objects.filter(project=submission.project)
        assert kept.filter(times_received=2).exists()
        emptied = kept.filter(body_sealed=b"")
        assert set(emptied.values_list("outcome", flat=True)) == {"no_such_submission", "never_confirmed"}
        assert WebhookDelivery.objects.filter(project=other).count() == 3
        assert WebhookDelivery.objects.filter(project=other, body_sealed=b"").count() == 0
        WebhookDelivery.objects.update(acknowledged_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(days=63)):
        retention.drop_webhooks()
        assert not WebhookDelivery.objects.filter(project=submission.project).exists()


def test_old_deliveries_are_found_by_an_index() -> None:
    old = WebhookDelivery.objects.filter(project=make_project(), handled_at__lte=clock.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "webhook_kept" in old.order_by().values_list("pk", flat=True)[:200].explain()


def test_double_of_one_that_was_thrown_away_just_now_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project()
    webhooks.store(project, hint(), "application/json", None)
    count = webhooks._count_double

    def throw_away_first(*args: Any) -> WebhookDelivery | None:
        WebhookDelivery.objects.all().delete()
        return count(*args)

    monkeypatch.setattr(webhooks, "_count_double", throw_away_first)
    assert webhooks.store(project, hint(), "application/json", None).body == hint()
    assert WebhookDelivery.objects.get().times_received == 1
