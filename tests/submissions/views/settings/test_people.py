"""Users, teams, and the administrator's home page."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions.accounts import one_time_password
from submissions.core import clock
from submissions.models import ConsentText, Event, Project, Role, Status, Team, User
from submissions.outbox import gate
from submissions.review.workload import claims
from submissions.views.settings.people_forms import PersonForm
from tests.clients import browser
from tests.factories import by, limit, make_at, make_project, make_team, make_user, reload, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def client(admin: User) -> Client:
    return sign_in(Client(), admin)


def form_of(person: User, **changed: str) -> dict[str, str]:
    values = {"username": person.username, "name": person.name, "email": person.email, "role": person.role}
    return {**values, "team": str(person.team_id or ""), "is_active": "on", **changed}


@pytest.mark.parametrize(("language", "is_taken"), [("Korean", False), ("ko", True), ("", True)])
def test_a_persons_language_is_one_that_the_portal_speaks(language: str, is_taken: bool) -> None:
    person = make_user(Role.OFFICER)
    assert ("language" not in PersonForm(form_of(person, language=language), instance=person).errors) == is_taken


def test_agent_needs_a_team(client: Client) -> None:
    reply = client.post("/settings/people/new/", {"username": "new", "name": "New One", "role": "agent"})
    assert reply.status_code == 422
    assert "An agent belongs to a team." in reply.content.decode()
    assert not User.objects.filter(username="new").exists()


def test_temporary_password_is_shown_once(client: Client) -> None:
    data = {"username": "new", "name": "New One", "role": "agent", "team": str(make_team().pk)}
    reply = client.post("/settings/people/new/", data)
    assert reply.context["password"] in reply.content.decode()
    person = User.objects.get(username="new")
    assert person.check_password(reply.context["password"])
    assert reply.context["password"] not in client.get(f"/settings/people/{person.pk}/").content.decode()
    assert set(Event.objects.values_list("kind", flat=True)) >= {"person_added", "password_reset"}


def test_role_and_activity_are_changed_with_an_event(client: Client) -> None:
    person = make_user(Role.OFFICER)
    data = form_of(person, role="manager")
    del data["is_active"]
    assert client.post(f"/settings/people/{person.pk}/", data).status_code == 302
    person.refresh_from_db()
    assert (person.role, person.is_active) == (Role.MANAGER, False)
    fields = Event.objects.get(kind="person_changed").fields
    assert (fields["person"], sorted(fields["changed"]), fields["role"]) == (
        person.username,
        ["is_active", "role"],
        "manager",
    )


def test_nobody_changes_their_own_role_or_deactivates_themselves(client: Client, admin: User) -> None:
    page = client.get(f"/settings/people/{admin.pk}/").content.decode()
    assert 'name="role"' not in page
    assert 'name="is_active"' not in page
    data = form_of(admin, role="manager", name="Renamed")
    del data["is_active"]
    assert client.post(f"/settings/people/{admin.pk}/", data).status_code == 302
    admin.refresh_from_db()
    assert (admin.role, admin.is_active, admin.name) == (Role.ADMINISTRATOR, True, "Renamed")


def test_people_are_found_by_name_or_user_name(client: Client) -> None:
    one, other = make_user(Role.OFFICER, name="Odile Officer"), make_user(Role.MANAGER, name="Mina Manager")
    for text in ("odile", one.username):
        page = client.get("/settings/people/", {"q": text}).content.decode()
        assert one.name in page
        assert other.name not in page
    assert "No person with this name" in client.get("/settings/people/", {"q": "nobody\0"}).content.decode()


@pytest.mark.parametrize("page", ["people", "teams", "consent-texts"])
def test_number_that_fits_no_column_is_not_found(client: Client, page: str) -> None:
    assert client.get(f"/settings/{page}/{'9' * 30}/").status_code == 404


def test_team_that_fits_no_column_is_refused(client: Client) -> None:
    data = {"username": "new", "name": "New One", "role": "agent", "team": "9" * 30}
    assert client.post("/settings/people/new/", data).status_code == 422


def test_list_says_who_has_no_second_factor(client: Client) -> None:
    assert "Not set up" in client.get("/settings/people/").content.decode()


def test_team_is_added_and_renamed_with_an_event(client: Client) -> None:
    client.post("/settings/teams/new/", {"name": "Third desk"})
    team = Team.objects.get()
    client.post(f"/settings/teams/{team.pk}/", {"name": "Fourth desk"})
    assert Team.objects.get().name == "Fourth desk"
    found = Event.objects.filter(kind__startswith="team_").order_by("pk").values_list("kind", "fields")
    assert list(found) == [
        ("team_added", {"team": "Third desk", "before": ""}),
        ("team_changed", {"team": "Fourth desk", "before": "Third desk"}),
    ]


def test_only_the_newest_consent_text_of_a_project_is_in_use(client: Client) -> None:
    project = make_project()
    for version, days in (("old", 9), ("new", 1)):
        made = clock.now() - timedelta(days=days)
        ConsentText.objects.create(project=project, version=version, text="Yes", created_at=made)
    rows = client.get("/settings/consent-texts/").context["rows"]
    assert [(row.version, is_used) for row, is_used in rows] == [("new", True), ("old", False)]


class TestHome:
    def test_home_of_an_administrator_shows_what_needs_attention(self, client: Client, admin: User) -> None:
        project = make_project(requires_consent=True)
        Project.objects.update(admin_email="")
        gate.pause(project, "The key is not accepted.")
        person = make_user(Role.OFFICER, name="Odile Officer")
        one_time_password.issue(person, by=by(admin))
        page = client.get("/").content.decode()
        for text in (
            "The key is not accepted.",
            f"No reviewer e-mail in {project.name}",
            f"No consent text for {project.name}",
            "Temporary password of Odile Officer",
            "People without two-factor authentication",
        ):
            assert text in page, text

    @pytest.mark.parametrize("page", ["/", "/settings/projects/", "/settings/people/"])
    def test_more_projects_and_people_cost_no_more_queries(self, client: Client, page: str) -> None:
        client.get(page)  # makes the switch's row
        counts = []
        for _each in range(2):
            make_project()
            make_user(Role.OFFICER)
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            counts.append(len(queries))
        assert counts[0] == counts[1]


@pytest.mark.parametrize("path", ["/settings/people/new/", "/settings/consent-texts/new/", "/submissions/new/"])
def test_selects_say_in_words_that_nothing_is_selected(path: str) -> None:
    make_team()
    role = Role.OFFICER if path == "/submissions/new/" else Role.ADMINISTRATOR
    page = browser(make_user(role)).get(path).content.decode()
    assert "---" not in page
    assert "Select an option" in page


def test_review_area_is_set_recorded_with_names_and_releases_claims(client: Client) -> None:
    kept, lost = make_at(Status.PENDING), make_at(Status.PENDING)
    person = make_user(Role.OFFICER)
    for submission in (kept, lost):
        claims.claim(submission, by=by(person))
    path = f"/settings/people/{person.pk}/"
    data = {**form_of(person), "review_projects": [str(kept.project.pk)], "review_teams": [str(kept.team.pk)]}
    assert client.post(path, data).status_code == 302
    person.refresh_from_db()
    assert (person.review_projects, person.review_teams) == ([str(kept.project.pk)], [kept.team.pk])
    assert Event.objects.get(kind="review_area_changed").fields == {
        "person": person.username,
        "before": {"projects": [], "teams": []},
        "after": {"projects": [kept.project.name], "teams": [kept.team.name]},
    }
    assert (reload(kept).claimed_by, reload(lost).claimed_by) == (person, None)
    assert set(re.findall(r'name="review_\w+" value="([\w-]+)"[^>]*checked', client.get(path).content.decode())) == {
        str(kept.project.pk),
        str(kept.team.pk),
    }
    client.post(path, data)
    client.post(path, {**data, "name": "Renamed"})
    assert Event.objects.filter(kind="review_area_changed").count() == 1
    client.post(path, form_of(person))
    person.refresh_from_db()
    assert (person.review_projects, person.review_teams) == ([], [])


@pytest.mark.parametrize("role", ["agent", "administrator"])
def test_another_role_has_no_review_area(client: Client, role: str) -> None:
    project, submission = make_project(), make_at(Status.PENDING)
    person = make_user(Role.OFFICER)
    claims.claim(submission, by=by(person))
    limit(person, projects=[project, submission.project])
    data = {**form_of(person, role=role, team=str(make_team().pk)), "review_projects": person.review_projects}
    assert client.post(f"/settings/people/{person.pk}/", data).status_code == 302
    person.refresh_from_db()
    assert (person.role, person.review_projects) == (role, [])
    assert Event.objects.get(kind="review_area_changed").fields["after"] == {"projects": [], "teams": []}
    assert reload(submission).claimed_by is None


def test_new_person_can_begin_with_a_review_area(client: Client) -> None:
    project = make_project()
    data = {"username": "new", "name": "New One", "role": "manager", "review_projects": [str(project.pk)]}
    assert client.post("/settings/people/new/", data).status_code == 200
    assert User.objects.get(username="new").review_projects == [str(project.pk)]
    assert Event.objects.get(kind="review_area_changed").fields["after"]["projects"] == [project.name]


def test_administrators_have_no_field_for_a_review_area_of_their_own(client: Client, admin: User) -> None:
    assert "review_projects" not in client.get(f"/settings/people/{admin.pk}/").content.decode()
    client.post(f"/settings/people/{admin.pk}/", {**form_of(admin), "review_projects": [str(make_project().pk)]})
    admin.refresh_from_db()
    assert admin.review_projects == []
