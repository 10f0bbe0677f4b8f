"""A thread takes several deliveries with one lease, and puts those back that it does not send in time."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.core import clock
from submissions.deliveries import deliver, slots
from submissions.models import Delivery, MessageKind, Status, Submission
from tests.factories import make_at
from tests.receiver import Receiver
from tests.submissions.deliveries.sending import announce, make_endpoint, send_all, states

pytestmark = pytest.mark.django_db


def drafts(count: int) -> list[Submission]:
    return [make_at(Status.DRAFT) for _each in range(count)]


def test_batch_has_one_delivery_of_each_submission_in_order(crm: Receiver) -> None:
    make_endpoint(crm.url)
    submissions = drafts(3)
    for kind in (MessageKind.PENDING, MessageKind.DECIDED):
        for submission in submissions:
            announce(submission, kind)
    references = [submission.reference for submission in submissions]
    with slots.Slot() as slot:
        for kind in (MessageKind.PENDING, MessageKind.DECIDED):
            crm.got.clear()
            assert deliver.send_next(slot) == 3
            bodies = [json.loads(got.body) for got in crm.got]
            assert [body["data"]["reference"] for body in bodies] == references
            assert {body["type"] for body in bodies} == {kind}
        assert deliver.send_next(slot) == 0
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_batch_is_taken_with_three_statements(crm: Receiver) -> None:
    make_endpoint(crm.url)
    for submission in drafts(deliver.BATCH + 1):
        announce(submission)
    with slots.Slot() as slot, CaptureQueriesContext(connection) as queries:
        assert deliver.send_next(slot) == deliver.BATCH
    statements = [query["sql"] for query in queries if query["sql"].startswith(("SELECT", "UPDATE"))]
    assert len(statements) == 3 + deliver.BATCH, "\n".join(statements)


@pytest.mark.parametrize(("status", "lasts"), [(500, deliver.BATCH_LASTS), (200, 0.0)])
def test_rest_is_due_as_before_after_a_failure_or_a_slow_reply(
    crm: Receiver, monkeypatch: pytest.MonkeyPatch, status: int, lasts: float
) -> None:
    monkeypatch.setattr(deliver, "BATCH_LASTS", lasts)
    crm.status = status
    make_endpoint(crm.url)
    for submission in drafts(4):
        announce(submission)
    before = list(Delivery.objects.order_by("pk").values_list("due_at", "attempts"))
    with slots.Slot() as slot:
        assert deliver.send_next(slot) == 1
    assert list(Delivery.objects.order_by("pk").values_list("due_at", "attempts"))[1:] == before[1:]
    crm.status = 200
    assert send_all() == 3
    assert states()[1:] == ["delivered"] * 3


def test_delivery_that_another_worker_has_taken_is_not_put_back(crm: Receiver) -> None:
    make_endpoint(crm.url)
    for submission in drafts(2):
        announce(submission)
    with slots.Slot() as slot:
        late = deliver.take(slot)
    later = clock.now() + timedelta(hours=1)
    Delivery.objects.filter(pk=late[1].pk).update(attempts=2, due_at=later, sent_at=later)
    deliver._put_back(late[1:], late[0].sent_at)
    assert Delivery.objects.filter(pk=late[1].pk).values_list("attempts", "due_at").get() == (2, later)


def test_failing_endpoint_gets_one_at_a_time(crm: Receiver) -> None:
    make_endpoint(crm.url, failing_since=clock.now())
    for submission in drafts(3):
        announce(submission)
    with slots.Slot() as slot:
        assert len(deliver.take(slot)) == 1


@pytest.mark.postgres
def test_oldest_delivery_of_a_submission_is_looked_up_per_row_without_statistics(crm: Receiver) -> None:
    """A sudden backlog has no statistics until PostgreSQL analyzes the table; a join compares all pairs then."""
    endpoint, submissions = make_endpoint(crm.url), drafts(2)
    for submission in submissions * 2:
        announce(submission)
    due = Delivery.objects.due(clock.now()).filter(endpoint=endpoint).with_what_is_sent().order_by("due_at")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = due[: deliver.BATCH].explain()
    assert "SubPlan" in plan
    assert "Anti Join" not in plan
    assert "delivery_due" in plan
