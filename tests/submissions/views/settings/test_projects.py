"""Settings of a project: the address and key are tested before they are used; lists without JSON."""

from typing import Any

import pytest
from django.test import Client

from submissions.models import Event, Project, Role
from submissions.outbox import gate
from submissions.vendor_sync import polling, webhooks
from submissions.views.settings.project_forms import TABS
from tests.clients import save_tab
from tests.factories import make_project, make_user, sign_in

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example/v3"


@pytest.fixture
def project() -> Project:
    return make_project(base_url="https://vendor.example/v3")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Record (address, key) of every test; all succeed."""
    seen: list[tuple[str, str]] = []

    def try_key(trial: Project) -> str:
        seen.append((trial.base_url, trial.api_key))
        return ""

    monkeypatch.setattr(polling, "try_key", try_key)
    return seen


def save(client: Client, project: Project, **changed: str) -> Any:
    return save_tab(client, project, "connection", **changed)


def administrator() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def test_every_setting_of_a_project_is_on_a_tab_with_a_help_text() -> None:
    settings = {field.name: field for field in Project._meta.fields if field.editable}
    cards = {name for tab in TABS.values() for _title, names in tab.form.sections for name in names}
    lists = {editor.column for tab in TABS.values() for editor in tab.editors}
    shown = cards - {"new_key", "new_gateway_secret"} | lists
    assert settings.keys() == shown, "add the setting to a tab in submissions/views/settings/project_forms.py"
    assert [name for name, field in settings.items() if not field.help_text] == [], "say what it does"


def test_help_text_names_the_default() -> None:
    client = administrator()
    project = make_project()
    review = client.get(f"/settings/projects/{project.pk}/review/").content.decode()
    assert "Below it the reviewer sees a warning. Default: 70." in review
    assert "Another officer decides blind before a decision is sent. Default: Never." in review
    assert "Default: on." in client.get(f"/settings/projects/{project.pk}/capture/").content.decode()


def test_key_does_not_go_along_to_another_address(project: Project, tried: list[tuple[str, str]]) -> None:
    reply = save(administrator(), project, base_url=ELSEWHERE)
    assert "Enter the key for the new address" in reply.content.decode()
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
    reply = save_tab(administrator(), project, "advanced", connect_timeout="0")
    assert "Enter at least 1." in reply.content.decode()
    assert Project.objects.get().connect_timeout == project.connect_timeout


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "try_key", lambda trial: "ARGOS does not know this key.")


NEW = {"name": "Brokerage", "base_url": ELSEWHERE, "new_key": "theirs", "admin_email": "reviewer@example.com"}


def test_project_is_created_from_four_settings(tried: list[tuple[str, str]]) -> None:
    client = administrator()
    reply = client.post("/settings/projects/new/", NEW)
    project = Project.objects.get()
    assert reply.headers["Location"] == f"/settings/projects/{project.pk}/connection/"
    assert (project.name, project.api_key, tried) == ("Brokerage", "theirs", [(ELSEWHERE, "theirs")])
    assert project.review_target_hours == 24
    assert webhooks.project_of(project.webhook_token) == project
    assert Event.objects.get(kind="project_added").fields["host"] == "elsewhere.example"


@pytest.mark.usefixtures("refused")
def test_refused_key_says_what_is_true() -> None:
    """A new project has no old key; one with a key keeps it; one without still has none."""
    client, project = administrator(), make_project()
    page = client.post("/settings/projects/new/", NEW).content.decode()
    assert "Key not accepted: ARGOS does not know this key. The project was not created." in page
    assert "The present key stays." in save(client, project, new_key="wrong").content.decode()
    Project.objects.update(api_key_sealed=None)
    assert "The project still has no key." in save(client, project, new_key="wrong").content.decode()
    assert Project.objects.get().api_key == ""


def test_connection_test_shows_its_findings_and_saves_nothing(project: Project, tried: list[tuple[str, str]]) -> None:
    reply = save(administrator(), project, name="Not saved", new_key="theirs", test="1")
    page = reply.content.decode()
    assert reply.status_code == 200
    for text in ("Connection works", "Address and API key accepted", "Reviewer e-mail entered", "No webhook received"):
        assert text in page, text
    assert tried == [(project.base_url, "theirs")]
    assert (Project.objects.get().name, Project.objects.get().api_key) == (project.name, "test-key")
    assert not Event.objects.filter(kind="project_changed").exists()


@pytest.mark.usefixtures("refused")
def test_connection_test_that_fails_says_why(project: Project) -> None:
    page = save(administrator(), project, test="1").content.decode()
    assert "Connection failed" in page
    assert "ARGOS does not know this key." in page


def test_present_key_is_not_tested_at_another_address(project: Project, tried: list[tuple[str, str]]) -> None:
    reply = save(administrator(), project, base_url=ELSEWHERE, test="1")
    assert (reply.status_code, tried) == (422, [])


def test_banks_are_rows_and_an_event_names_the_list() -> None:
    project = make_project(banks={"004": "KB"})
    client = administrator()
    more = {"banks-1-key": "011", "banks-1-value": "NH"}
    assert save_tab(client, project, "capture", **more).status_code == 302
    assert Project.objects.get().banks == {"004": "KB", "011": "NH"}
    assert Event.objects.get(kind="project_changed").fields["changed"] == ["banks"]
    save_tab(client, project, "capture", **{"banks-0-DELETE": "on"})
    assert Project.objects.get().banks == {"011": "NH"}


@pytest.mark.parametrize(
    ("tab", "typed", "said"),
    [
        ("capture", {"banks-0-key": "4", "banks-0-value": "KB"}, "Enter three digits, for example 004."),
        ("capture", {f"banks-{at}-key": "004" for at in (0, 1)} | {f"banks-{at}-value": "KB" for at in (0, 1)}, "004"),
        ("connection", {"networks-0-key": "not an address"}, "for example 203.0.113.7 or 203.0.113.0/24"),
        ("advanced", {"paths-0-key": "step9", "paths-0-value": "x"}, "step9"),
    ],
)
def test_wrong_row_is_refused_and_nothing_is_saved(tab: str, typed: dict[str, str], said: str) -> None:
    project = make_project()
    reply = save_tab(administrator(), project, tab, **typed)
    assert reply.status_code == 422
    assert said in reply.content.decode()
    saved = Project.objects.get()
    assert (saved.banks, saved.paths, saved.webhook_addresses) == ({}, {}, [])


def test_networks_are_a_list() -> None:
    project = make_project()
    save_tab(administrator(), project, "connection", **{"networks-0-key": "203.0.113.0/24"})
    assert Project.objects.get().webhook_addresses == ["203.0.113.0/24"]


def test_paths_and_field_names_share_a_column_and_keep_each_other() -> None:
    project = make_project(paths={"address_code": "Address_code", "address_code_fields": {"city": "town"}})
    client = administrator()
    save_tab(client, project, "advanced", **{"paths-1-key": "review", "paths-1-value": "submission/verdict"})
    kept = {"address_code": "Address_code", "review": "submission/verdict"}
    assert Project.objects.get().paths == {**kept, "address_code_fields": {"city": "town"}}
    save_tab(client, project, "advanced", **{"field_names-0-DELETE": "on"})
    assert Project.objects.get().paths == kept


def test_saving_a_tab_leaves_what_the_worker_wrote(project: Project) -> None:
    client = administrator()
    found = {"keep_years_after_relationship": "6", "keep_years_after_record": "5", "keep_draft_days": "30"}
    found |= {"redaction_alert_days": "3"}
    Project.objects.update(undelivered_in_row=4, clock_offset=3.5)
    client.post(f"/settings/projects/{project.pk}/retention/", {**found, "keep_webhook_days": "30"})
    saved = Project.objects.get()
    assert (saved.keep_years_after_relationship, saved.undelivered_in_row, saved.clock_offset) == (6, 4, 3.5)


def test_unchanged_form_is_no_event(project: Project) -> None:
    assert save(administrator(), project).status_code == 302
    assert not Event.objects.filter(kind="project_changed").exists()


def test_unknown_tab_is_not_found(project: Project) -> None:
    assert administrator().get(f"/settings/projects/{project.pk}/nothing/").status_code == 404


def test_pause_is_shown_and_ended(project: Project) -> None:
    gate.pause(project, "The key is not accepted.")
    client = administrator()
    assert "Resume processing" in client.get(f"/settings/projects/{project.pk}/connection/").content.decode()
    client.post(f"/settings/projects/{project.pk}/resume/")
    assert Project.objects.get().paused_at is None
    assert Event.objects.filter(kind="project_resumed").exists()


DJANGOS = ("This field is required", "valid", "Ensure this value", "required.")


@pytest.mark.parametrize(
    ("path", "typed", "texts"),
    [
        ("projects/new/", {}, ["Enter a value."]),
        (
            "projects/new/",
            {"base_url": "nowhere", "admin_email": "nobody"},
            ["Enter an address with https://", "Enter an e-mail address, for example name@example.com."],
        ),
        ("people/new/", {}, ["Enter a value.", "Select an option."]),
        ("teams/new/", {}, ["Enter a value."]),
        ("consent-texts/new/", {}, ["Enter a value.", "Select an option."]),
    ],
)
def test_empty_or_wrong_setting_has_a_message_of_the_portal(path: str, typed: dict[str, str], texts: list[str]) -> None:
    client = sign_in(Client(), make_user(Role.ADMINISTRATOR))
    errors = str(client.post(f"/settings/{path}", {"team": "", **typed}).context["form"].errors)
    for text in texts:
        assert text in errors
    assert [text for text in DJANGOS if text in errors] == []


def test_number_outside_its_limits_names_the_limit(project: Project) -> None:
    client = sign_in(Client(), make_user(Role.ADMINISTRATOR))
    reply = save_tab(client, project, "review", face_threshold="300", review_target_hours="-1")
    assert "Enter at most 100." in str(reply.context["form"].errors["face_threshold"])
    assert "Enter at least 0." in str(reply.context["form"].errors["review_target_hours"])
