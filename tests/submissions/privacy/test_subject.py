"""A data-subject request: all submissions of one person, with a reason, and nobody else's."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from submissions.audit import events
from submissions.models import Event, Role, Status
from submissions.privacy import data_subject_export
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer_client(client: Client) -> Client:
    """Sign in through the page, so that the authentication is recent."""
    officer = factories.make_user(Role.OFFICER)
    client.post("/accounts/login/", {"username": officer.username, "password": factories.PASSWORD})
    return client


def show(client: Client, identifier: str, kind: str = "email", reason: str = "letter of 3 May", **more: str) -> Any:
    return client.post("/subject/", {"kind": kind, "identifier": identifier, "reason": reason, **more})


def ask(client: Client, identifier: str, kind: str = "email") -> Any:
    """Return the page, then its file."""
    page = show(client, identifier, kind)
    assert page.status_code == 200, page.content.decode()
    return show(client, identifier, kind, shown=page.context["shown"])


def folders_of(reply: Any) -> set[str]:
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    return {name.split("/")[0] for name in archive.namelist()}


def test_request_brings_all_of_one_person_and_nobody_elses(officer_client: Client) -> None:
    mine = factories.make_at(Status.PENDING, email="one@example.com")
    again = factories.make_draft(email="one@example.com", document_number="X99")
    other = factories.make_draft(email="two@example.com")
    reply = ask(officer_client, " One@Example.com")
    assert reply.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert folders_of(reply) == {mine.reference, again.reference}
    assert other.reference not in folders_of(reply)
    record = json.loads(archive.read(f"{mine.reference}/record.json"))
    assert record["values"]["name"] == factories.VALUES["name"]
    assert [sent["step"] for sent in record["sent"]] == ["step1", "step2"]
    assert len([name for name in archive.namelist() if name.startswith(mine.reference)]) == 3
    event = Event.objects.get(kind="subject_exported", submission_id=mine.pk)
    assert events.reason_of(event, mine) == "letter of 3 May"


@pytest.mark.parametrize(
    ("kind", "text"), [("customer", "12345678"), ("document", "1234 5678"), ("identity", "12345678")]
)
def test_one_persons_number_of_one_kind_brings_no_other_person(officer_client: Client, kind: str, text: str) -> None:
    people = {
        "customer": factories.make_draft(email="a@example.com", customer_id="12345678", document_number="M1"),
        "document": factories.make_draft(email="b@example.com", customer_id="C-2", document_number="12345678"),
        "identity": factories.make_draft(email="c@example.com", customer_id="C-3", identity_number="12345678"),
    }
    assert folders_of(ask(officer_client, text, kind)) == {people[kind].reference}


def test_references_are_shown_before_the_download(officer_client: Client) -> None:
    first = factories.make_draft(email="one@example.com")
    page = show(officer_client, "one@example.com")
    said = page.content.decode()
    assert (page.headers["Content-Type"].split(";")[0], first.reference in said) == ("text/html", True)
    assert factories.VALUES["name"] in said
    assert not Event.objects.filter(kind="subject_exported").exists()
    event = Event.objects.get(kind="subject_searched")
    assert event.fields == {"filters": ["email"], "shown": [first.reference]}


def test_file_holds_nothing_that_was_not_shown(officer_client: Client) -> None:
    """Another submission was started, or other text typed, since the page was displayed."""
    factories.make_draft(email="one@example.com")
    seen = show(officer_client, "one@example.com").context["shown"]
    fresh = factories.make_draft(email="one@example.com")
    again = show(officer_client, "one@example.com", shown=seen)
    assert (again.status_code, fresh.reference in again.content.decode()) == (200, True)
    assert not Event.objects.filter(kind="subject_exported").exists()


@pytest.mark.parametrize("kind", ["", "name", "kind"])
def test_kind_is_asked_for(officer_client: Client, kind: str) -> None:
    factories.make_draft()
    assert show(officer_client, factories.VALUES["email"], kind).status_code == 422


@pytest.mark.parametrize("kind", data_subject_export.Identifier.values)
def test_name_alone_brings_nothing(officer_client: Client, kind: str) -> None:
    factories.make_draft()
    reply = show(officer_client, factories.VALUES["name"], kind)
    assert (reply.status_code, "exactly that value" in reply.content.decode()) == (422, True)


def test_reason_is_asked_for(officer_client: Client) -> None:
    factories.make_draft()
    assert show(officer_client, factories.VALUES["email"], reason="x").status_code == 422
    assert not Event.objects.filter(kind="subject_exported").exists()


def test_image_that_is_gone_is_reported(officer_client: Client) -> None:
    submission = factories.make_draft()
    for image in submission.images.all():
        default_storage.delete(image.name)
    archive = zipfile.ZipFile(io.BytesIO(ask(officer_client, factories.VALUES["email"]).content))
    texts = [name for name in archive.namelist() if name.endswith(".txt")]
    assert len(texts) == 2


def test_more_than_one_person_can_have_is_refused(officer_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_subject_export, "LIMIT", 1)
    factories.make_draft()
    factories.make_draft()
    assert "more submissions than one person" in show(officer_client, factories.VALUES["email"]).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_others_may_not(client: Client, role: Role) -> None:
    client.force_login(factories.make_user(role))
    assert client.get("/subject/").status_code == 403
