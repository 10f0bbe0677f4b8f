"""A data-subject request: one person's submissions, whole, with a reason, and nobody else's."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from submissions import events, subject
from submissions.models import Event, Role, Status
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer_client(client: Client) -> Client:
    """Signed in through the page, so that the proof of who is there is fresh."""
    officer = factories.make_user(Role.OFFICER)
    client.post("/accounts/login/", {"username": officer.username, "password": factories.PASSWORD})
    return client


def ask(client: Client, identifier: str, reason: str = "letter of 3 May") -> Any:
    return client.post("/subject/", {"identifier": identifier, "reason": reason})


def test_request_brings_all_of_one_person_and_nobody_elses(officer_client: Client) -> None:
    mine = factories.make_at(Status.PENDING, email="one@example.com")
    again = factories.make_draft(email="one@example.com", document_number="X99")
    other = factories.make_draft(email="two@example.com")
    reply = ask(officer_client, " One@Example.com")
    assert reply.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    folders = {name.split("/")[0] for name in archive.namelist()}
    assert folders == {mine.reference, again.reference}
    assert other.reference not in folders
    record = json.loads(archive.read(f"{mine.reference}/record.json"))
    assert record["values"]["name"] == factories.VALUES["name"]
    assert [sent["step"] for sent in record["sent"]] == ["step1", "step2"]
    assert len([name for name in archive.namelist() if name.startswith(mine.reference)]) == 3
    event = Event.objects.get(kind="subject_exported", submission_id=mine.pk)
    assert events.reason_of(event, mine) == "letter of 3 May"


def test_name_alone_brings_nothing(officer_client: Client) -> None:
    factories.make_draft()
    reply = ask(officer_client, factories.VALUES["name"])
    assert (reply.status_code, "exactly that" in reply.content.decode()) == (422, True)


def test_reason_is_asked_for(officer_client: Client) -> None:
    factories.make_draft()
    assert ask(officer_client, factories.VALUES["email"], "x").status_code == 422
    assert not Event.objects.filter(kind="subject_exported").exists()


def test_image_that_is_gone_is_said(officer_client: Client) -> None:
    submission = factories.make_draft()
    for image in submission.images.all():
        default_storage.delete(image.name)
    archive = zipfile.ZipFile(io.BytesIO(ask(officer_client, factories.VALUES["email"]).content))
    texts = [name for name in archive.namelist() if name.endswith(".txt")]
    assert len(texts) == 2


def test_more_than_one_person_can_have_is_refused(officer_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST", 1)
    factories.make_draft()
    factories.make_draft()
    assert "more submissions than one person" in ask(officer_client, factories.VALUES["email"]).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_others_may_not(client: Client, role: Role) -> None:
    client.force_login(factories.make_user(role))
    assert client.get("/subject/").status_code == 403
