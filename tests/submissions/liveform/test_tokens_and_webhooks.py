"""Tokens and webhooks of Liveform: used once, twice, changed, withdrawn, unknown."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.test import Client

from argos.replies import parse_item, parse_webhook
from submissions.liveform import links, records
from submissions.models import (
    Difference,
    DifferenceKind,
    Event,
    LiveformLink,
    Project,
    Role,
    Route,
    Status,
    User,
    WebhookDelivery,
)
from submissions.outbox import vendor_client
from submissions.vendor_sync import orphans
from tests import factories
from tests.factories import by, make_user, reload, sign_in
from tests.sandbox import Sandbox
from tests.submissions.liveform.filling import PID, deliver, fill, looked_for, sent

pytestmark = pytest.mark.django_db
ODD: list[Any] = [None, 7, [], {}, "x" * 5000, ["a"], {"a": 1}, True, "\x00"]


def test_used_token_is_refused_by_the_form(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    assert "has a result" in fill(submission, "approved"), "once"
    assert len(sandbox.control.submissions()) == 1
    other = sent(project, agent)
    fill(other, "incomplete")
    sandbox.control.advance(181)
    assert "more than 3 minutes" in fill(other, "approved")


def test_second_record_of_a_token_is_a_mismatch(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    fill(submission, "incomplete")
    submission = looked_for(submission)
    token = LiveformLink.objects.select_related("call__attempt").get().call.attempt.values["tokenId"]
    item = {"submission_id": "another", "tokenId": token, "kyc": {"result": "approved"}}
    assert orphans.place(project, parse_item(item)) == orphans.REPORTED
    assert reload(submission).status == Status.AT_LIVEFORM
    assert Difference.objects.get().kind == DifferenceKind.SECOND_RECORD


def test_webhook_twice_changes_nothing_more(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    deliver(project, sandbox, "submit")
    seen = Event.objects.count()
    before = (reload(submission).moves, submission.images.count())
    deliver(project, sandbox, "submit")
    assert (reload(submission).moves, submission.images.count()) == before
    added = set(Event.objects.order_by("-id").values_list("kind", flat=True)[: Event.objects.count() - seen])
    assert added <= {"webhook", "webhook_repeated", "read_back"}
    assert not Difference.objects.exists()


def test_webhook_that_says_more_than_the_record_changes_nothing(
    project: Project, agent: User, sandbox: Sandbox
) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    deliver(project, sandbox, "approved")
    assert reload(submission).status == Status.PENDING, "the record decides, not the webhook"


def test_webhook_of_an_unknown_token_is_listed(project: Project, sandbox: Sandbox) -> None:
    assert vendor_client.client_for(project).register_token("made-elsewhere").pool == 1
    given = {"pid": PID, "tokenId": "made-elsewhere", "userid": "their-own", "outcome": "pending"}
    assert "Finished" in requests.post(project.liveform_url, data=given, timeout=10).text
    deliver(project, sandbox, "submit")
    assert WebhookDelivery.objects.unacknowledged().get().outcome == "no_such_submission"
    page = sign_in(Client(), make_user(Role.MANAGER)).get("/webhook-deliveries/").text
    assert "It names no submission of the portal" in page


@pytest.mark.parametrize(("trigger", "outcome"), [("created", "incomplete"), ("submit", "pending")])
def test_webhook_with_the_token_alone_finds_it(
    project: Project, agent: User, sandbox: Sandbox, trigger: str, outcome: str
) -> None:
    submission = sent(project, agent)
    fill(submission, outcome, userid="")
    deliver(project, sandbox, trigger)
    submission = reload(submission)
    assert submission.vendor_id
    assert submission.status == (Status.PENDING if outcome == "pending" else Status.AT_LIVEFORM)


def test_token_decides_when_the_customer_changes_the_userid(project: Project, agent: User, sandbox: Sandbox) -> None:
    mine, other = sent(project, agent), sent(project, agent)
    fill(mine, "pending", userid=f"{other.reference}-L1")
    deliver(project, sandbox, "submit")
    assert reload(mine).status == Status.PENDING
    assert reload(other).vendor_id == ""


def test_our_reference_without_our_token_is_a_mismatch(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    item = {"submission_id": "forged", "userid": f"{submission.reference}-L1", "kyc": {"result": "approved"}}
    assert orphans.place(project, parse_item(item)) == orphans.REPORTED
    assert reload(submission).status == Status.AT_LIVEFORM
    assert Difference.objects.get().kind == DifferenceKind.SECOND_RECORD


def test_withdrawn_link_returns_the_draft_and_its_record_is_a_mismatch(
    project: Project, agent: User, sandbox: Sandbox
) -> None:
    submission = sent(project, agent)
    url = links.url_of(links.newest(submission))  # type: ignore[arg-type]
    links.withdraw(submission, by=by(agent))
    submission = reload(submission)
    assert (submission.status, submission.route) == (Status.DRAFT, Route.API)
    requests.post(url.partition("?")[0], data=[*parse_qsl(urlsplit(url).query), ("outcome", "pending")], timeout=10)
    deliver(project, sandbox, "submit")
    assert reload(submission).status == Status.DRAFT
    assert Difference.objects.get().kind == DifferenceKind.SECOND_RECORD


@pytest.mark.parametrize("odd", ODD)
def test_odd_token_in_a_record_or_webhook_is_nobodys(odd: Any) -> None:
    record = parse_item(
        {"submission_id": "one", "tokenId": odd, "data": odd, "image": odd, "kyc": {"result": "pending"}}
    )
    project = factories.make_project()
    assert records.link_of(project, record.token_id) is None
    assert orphans.place(project, record) == orphans.REPORTED
    hint = parse_webhook(json.dumps({"webhook_trigger": "created", "tokenId": odd}).encode())
    assert records.link_of(project, hint.token_id) is None
