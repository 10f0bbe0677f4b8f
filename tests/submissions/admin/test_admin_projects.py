"""A project in the administration: where its data goes, and by which key, is proved before it is used."""

from typing import Any

import pytest
from django.test import Client

from submissions.admin.projects import ProjectAdmin
from submissions.models import Event, Project, Role
from submissions.vendor_sync import polling
from tests.factories import make_project, make_user, sign_in

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example/v3"


@pytest.fixture
def project() -> Project:
    return make_project(base_url="https://vendor.example/v3")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(address, key) of every trial; all of them work."""
    seen: list[tuple[str, str]] = []

    def try_key(trial: Project) -> str:
        seen.append((trial.base_url, trial.api_key))
        return ""

    monkeypatch.setattr(polling, "try_key", try_key)
    return seen


def save(client: Client, project: Project, **changed: str) -> Any:
    """The page's form as it stands, with these changes."""
    url = f"/admin/submissions/project/{project.pk}/change/"
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    kept = {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}
    return client.post(url, {**kept, **changed})


def administrator() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def test_every_setting_of_a_project_is_on_its_page() -> None:
    settings = {field.name for field in Project._meta.get_fields() if field.concrete and field.editable}
    shown = {name for _title, part in ProjectAdmin.fieldsets for name in part["fields"]}
    assert settings - {"created_at"} <= shown, (
        "Add the setting to a section of ProjectAdmin in submissions/admin/projects.py"
    )


def test_key_does_not_go_along_to_another_address(project: Project, tried: list[tuple[str, str]]) -> None:
    reply = save(administrator(), project, base_url=ELSEWHERE)
    assert "Type the key for the new address" in reply.content.decode()
    assert (Project.objects.get().base_url, tried) == (project.base_url, [])


def test_key_is_tried_at_the_new_address_and_the_event_names_its_host(
    project: Project, tried: list[tuple[str, str]]
) -> None:
    assert save(administrator(), project, base_url=ELSEWHERE, new_key="theirs").status_code == 302
    assert (Project.objects.get().base_url, Project.objects.get().api_key) == (ELSEWHERE, "theirs")
    assert tried == [(ELSEWHERE, "theirs")]
    fields = Event.objects.get(kind="project_changed").fields
    assert (fields["host"], fields["changed"]) == ("elsewhere.example", ["base_url", "new_key"])


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("http://elsewhere.example/v3", False),
        ("http://localhost@elsewhere.example/v3", False),
        ("http://elsewhere.example\\@127.0.0.1/v3", False),
        ("https://elsewhere.example\\@127.0.0.1/v3", False),
        ("https://name@elsewhere.example/v3", False),
        ("https://elsewhere.example/v3?x=", False),
        ("https://elsewhere.example/v3#x", False),
        ("ftp://elsewhere.example/v3", False),
        ("http://127.0.0.1:8001/v3", True),
        ("http://localhost:8001/v3", True),
    ],
)
def test_data_travels_sealed_or_stays_on_this_host(
    project: Project, tried: list[tuple[str, str]], address: str, is_taken: bool
) -> None:
    reply = save(administrator(), project, base_url=address, new_key="theirs")
    assert (reply.status_code == 302, bool(tried)) == (is_taken, is_taken)
    if not is_taken:
        assert "Write https" in reply.content.decode()


def test_address_that_stands_may_stay_and_wants_no_key(tried: list[tuple[str, str]]) -> None:
    project = make_project(base_url="http://vendor.example/v3")
    assert save(administrator(), project, name="Another name").status_code == 302
    assert (Project.objects.get().name, Project.objects.get().api_key, tried) == ("Another name", "test-key", [])
    assert "host" not in Event.objects.get(kind="project_changed").fields


def test_no_call_is_given_no_time(project: Project) -> None:
    assert "greater than or equal to 1" in save(administrator(), project, connect_timeout="0").content.decode()
    assert Project.objects.get().connect_timeout == project.connect_timeout
