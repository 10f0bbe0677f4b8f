"""Two simultaneous requests: the later one gets one message, whatever the database refused."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from submissions.accounts import sessions
from submissions.capture import account_check, callbacks, drafts
from submissions.models import Project, Role, SavedView, Status, Submission, Team, User
from submissions.outbox import gate, ledger
from submissions.privacy import retention
from submissions.review import decisions, saved_views
from submissions.vendor_sync import webhook_url
from submissions.workflow.transitions import StaleSubmission
from tests.clients import tab_values
from tests.factories import make_at, make_draft, make_project, make_team, make_user, sign_in

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


SETTINGS = [
    ("settings_team_new", Team, "save", {"name": "Late shift"}),
    ("settings_team", Team, "save", {"name": "Late shift"}),
    ("settings_person", User, "save", {"username": "agnes", "name": "Agnes", "role": "officer", "is_active": "on"}),
    ("settings_person_sessions", sessions, "end_all", {}),
    ("settings_project", Project, "save", {"review_target_hours": "3"}),
    ("settings_project_resume", gate, "resume", {}),
    ("settings_webhook_end", webhook_url, "end_former", {}),
]


@pytest.mark.parametrize(("name", "holder", "function", "data"), SETTINGS, ids=[act[0] for act in SETTINGS])
def test_refused_setting_leads_to_a_page_that_is_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str, holder: Any, function: str, data: dict[str, str]
) -> None:
    sign_in(client, make_user(Role.ADMINISTRATOR))
    project = make_project()
    if name == "settings_project":
        url = reverse(name, args=[project.pk, "review"])
        data = {**tab_values(client, project, "review"), **data}
    elif "new" in name:
        url = reverse(name)
    else:
        of = {"settings_team": make_team, "settings_person": make_user, "settings_person_sessions": make_user}
        url = reverse(name, args=[of[name]().pk if name in of else project.pk])

    def refused(*_arguments: Any, **_named: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(holder, function, refused)
    assert "another change came first" in str(messages_of(client, url, data))


def test_refused_retention_leads_back_to_its_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator may not open the submission's own page."""
    submission = make_at(Status.APPROVED, make_user())
    sign_in(client, make_user(Role.ADMINISTRATOR))

    def refused(*_arguments: Any, **_named: Any) -> None:
        raise StaleSubmission(submission.reference)

    monkeypatch.setattr(retention, "set_legal_hold", refused)
    url = reverse("retention_act", args=[submission.pk])
    assert STALE in str(messages_of(client, url, {"action": "hold", "reason": "a court asked for it"}))


def test_address_that_names_no_submission_leads_to_the_start(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client, make_user(Role.OFFICER))
    view = SavedView.objects.create(owner=User.objects.get(), name="Mine", query="")

    def refused(*_arguments: Any, **_named: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(saved_views, "make_default", refused)
    assert STALE in str(messages_of(client, reverse("change_view", args=[view.pk]), {"action": "default"}))


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
