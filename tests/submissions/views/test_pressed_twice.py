"""Two simultaneous requests: the later one gets one message, whatever the database refused."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from submissions.capture import account_check, callbacks, drafts
from submissions.models import Role, Status, Submission
from submissions.outbox import gate, ledger
from submissions.review import decisions, saved_views
from tests.factories import make_at, make_draft, make_project, make_user, sign_in

pytestmark = pytest.mark.django_db
STALE = "This submission has changed."


def messages_of(client: Client, url: str, data: dict[str, Any]) -> list[str]:
    reply = client.post(url, data, follow=True)
    assert reply.status_code == 200
    return [str(message) for message in reply.context["messages"]]


def test_second_account_check_that_saw_no_open_call(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent, make_project(has_account_occupancy=True))
    client.force_login(agent)
    url = reverse("account_check", args=[submission.pk])
    data = {"userName": "Kim", "bankCode": "004", "accountNumber": "1234567890"}
    assert client.post(url, data).status_code == 302
    monkeypatch.setattr(Submission, "has_open_call", False)
    assert [text for text in messages_of(client, url, data) if STALE in text] == [
        f"{STALE} Review the latest version and try again."
    ]
    assert submission.calls.count() == 2


def test_account_check_whose_values_were_saved_elsewhere(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent, make_project(has_account_occupancy=True))
    client.force_login(agent)

    def saved(*_arguments: Any, **_named: Any) -> None:
        raise drafts.SavedElsewhere(submission.reference)

    monkeypatch.setattr(account_check, "save_values", saved)
    data = {"userName": "Kim", "bankCode": "004", "accountNumber": "1234567890"}
    assert STALE in str(messages_of(client, reverse("account_check", args=[submission.pk]), data))


ACTS = [
    (Role.AGENT, "called_back", callbacks, "called_back", {}),
    (Role.AGENT, "take_back", ledger, "cancel_prepared", {}),
    (Role.AGENT, "give_up", drafts, "give_up", {"reason": "left"}),
    (Role.AGENT, "add_note", decisions, "add_note", {"text": "a note"}),
]


@pytest.mark.parametrize(("role", "name", "module", "function", "data"), ACTS, ids=[act[1] for act in ACTS])
def test_refused_by_a_constraint_is_one_sentence(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    name: str,
    module: Any,
    function: str,
    data: dict[str, str],
) -> None:
    user = make_user(role)
    submission = make_draft(user)
    client.force_login(user)

    def refused(*_arguments: Any, **_named: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(module, function, refused)
    assert messages_of(client, reverse(name, args=[submission.pk]), data) == [
        f"{STALE} Review the latest version and try again."
    ]


@pytest.mark.parametrize(
    ("url", "module", "function"),
    [("/review/views/", saved_views, "keep"), ("/sending/stop/", gate, "stop_sending")],
)
def test_refused_page_of_its_own_leads_to_the_start(
    client: Client, monkeypatch: pytest.MonkeyPatch, url: str, module: Any, function: str
) -> None:
    sign_in(client, make_user(Role.MANAGER))

    def refused(*_arguments: Any, **_named: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(module, function, refused)
    assert STALE in str(messages_of(client, url, {"name": "Mine", "stop": "1", "reason": "because"}))
