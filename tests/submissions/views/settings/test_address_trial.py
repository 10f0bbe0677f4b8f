"""*Try it* on a project's page: one look-up, its raw reply, and nothing of it stored."""

from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from submissions.models import Event, Project, Role, Submission
from tests.factories import make_project, make_user, sign_in
from tests.sandbox import KEY, Sandbox

pytestmark = pytest.mark.django_db
ADDRESS = "1 Sejong-daero, Seoul"


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    project = make_project(base_url=sandbox.base_url, paths={"address_code": "Address_code"})
    project.api_key = KEY
    project.save()
    return project


def tried(project: Project, address: str = ADDRESS) -> Any:
    client = sign_in(Client(), make_user(Role.ADMINISTRATOR))
    return client.post(f"/settings/projects/{project.pk}/address-look-up/", {"address": address})


@pytest.mark.parametrize(("body", "content_type"), [("json", "application/json"), ("form", "multipart/form-data")])
def test_reply_is_shown_as_it_came(project: Project, sandbox: Sandbox, body: str, content_type: str) -> None:
    Project.objects.update(look_up_body=body)
    reply = tried(project)
    page = reply.content.decode()
    assert reply.status_code == 200
    assert "Reply as it came, HTTP 200" in page
    assert "&quot;compoundCode&quot;" in page
    assert "The portal reads the codes." in page
    assert sandbox.control.body()[0].startswith(content_type)


def test_nothing_is_stored_of_the_address(project: Project) -> None:
    tried(project)
    event = Event.objects.get(kind="address_look_up_tested")
    assert event.fields == {"project": project.name, "status": 200}
    assert not Submission.objects.exists()
    stored = serializers.serialize("json", [*Event.objects.all(), *Project.objects.all()])
    assert "Sejong" not in stored


def test_refusal_is_shown_with_its_reason(project: Project) -> None:
    Project.objects.update(paths={"address_code": "elsewhere"})
    page = tried(project).content.decode()
    assert "Reply as it came, HTTP 404" in page
    assert "Missing Authentication Token" in page


@pytest.mark.parametrize(
    ("paths", "address", "said"), [({}, ADDRESS, "lacks a setting"), ({}, " ", "Enter an address")]
)
def test_look_up_that_cannot_be_asked_says_why(project: Project, paths: Any, address: str, said: str) -> None:
    Project.objects.update(paths=paths)
    page = tried(project, address).content.decode()
    assert said in page
    assert "Reply as it came" not in page
    assert not Event.objects.filter(kind="address_look_up_tested").exists()


def test_odd_reply_breaks_no_page(project: Project, sandbox: Sandbox) -> None:
    for kind in ("junk", "html", "empty", "500", "cut", "half"):
        sandbox.control.fault("address", kind)
        reply = tried(project)
        assert reply.status_code == 200, kind
        assert "note-bad" in reply.content.decode(), kind
