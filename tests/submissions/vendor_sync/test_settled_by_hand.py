"""A user states that an unknown call never arrived: which call, and from when this is possible."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from submissions.models import Call, CallState, Role, Status, User
from submissions.outbox import ledger
from submissions.vendor_sync import reconcile
from tests.factories import make_user, sign_in
from tests.submissions.vendor_sync.settling import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.teardown()


def say_it_never_arrived(client: Client, bench: Bench, person: User, call: Call) -> HttpResponse:
    """Post it from a page that showed `call`."""
    sign_in(client, person)
    posted = {"call": str(call.pk), "reason": "The vendor's desk says so"}
    reply: HttpResponse = client.post(f"/submissions/{bench.mine.pk}/release-call/", posted)
    return reply


def test_reason_about_one_call_does_not_settle_the_next(client: Client, bench: Bench) -> None:
    bench.at()
    bench.lose_step2("lost_before")
    first = Call.objects.select_related("submission__project").get(pk=bench.call.pk)
    reconcile.release(first, by=ledger.SYSTEM)
    bench.lose_step2("lost_before")
    bench.advance(46)
    reply = say_it_never_arrived(client, bench, make_user(Role.MANAGER), first)
    assert reply.status_code == 422
    assert "Another request is open now" in reply.content.decode()
    assert "The vendor&#x27;s desk says so" in reply.content.decode()
    assert bench.call.state == CallState.UNKNOWN


def test_call_is_settled_by_hand_once_it_is_stuck_and_not_before(client: Client, bench: Bench) -> None:
    manager = make_user(Role.MANAGER)
    bench.at()
    bench.lose_step2("lost_before")
    reply = say_it_never_arrived(client, bench, manager, bench.call)
    assert (reply.status_code, bench.call.state) == (422, CallState.UNKNOWN)
    assert "still checking with ARGOS" in reply.content.decode()
    bench.advance(46)
    assert str(bench.call.pk) in client.get(f"/submissions/{bench.mine.pk}/").content.decode()
    assert say_it_never_arrived(client, bench, manager, bench.call).status_code == 302
    assert (bench.call.settled_as, bench.mine.status) == ("never_arrived", Status.CONFIRMING)


def test_account_check_is_settled_by_the_agent_at_any_time(client: Client, bench: Bench) -> None:
    bench.at()
    bench.check_account()
    bench.work("lost_before")
    assert say_it_never_arrived(client, bench, bench.agent, bench.call).status_code == 302
    assert bench.call.settled_as == "never_arrived"
