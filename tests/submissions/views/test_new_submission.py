"""The form for a new submission: its fields, its refusals, and the warning about the same customer."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from argos.sandbox.cases import REJECT_CODES, STEP1_CODES, TAGS
from submissions.demo import scenarios
from submissions.models import Event, ImageKind, Role, Status, Submission, Team, User
from submissions.views.capture import submission_page as page
from submissions.views.capture.page_context import StateContext
from submissions.views.forms.capture import NewForm
from tests.factories import answer_step1, make_at, make_draft, make_project, make_team, make_user
from tests.pictures import id_card_jpeg, selfie_jpeg

pytestmark = pytest.mark.django_db


def form(agent: User, **changes: Any) -> dict[str, Any]:
    given = {
        "project": make_project().pk,
        "team": agent.team_id,
        "issuing_country": "KOR",
        "id_type": "passport",
        "email": "fresh@example.com",
        "customer_id": "",
    }
    return {**given, **changes}


def test_creates_a_draft_and_sends_nothing(client: Client, agent: User) -> None:
    reply = client.post(reverse("submission_new"), form(agent, customer_id="C-7"))
    submission = Submission.objects.get()
    assert reply.url == reverse("submission", args=[submission.pk])
    assert (submission.status, submission.values["customer_id"]) == (Status.DRAFT, "C-7")
    assert not submission.calls.exists()


@pytest.mark.parametrize("typed", ["KOR", "kor", "South Korea", "대한민국", "대한민국 (KOR)", " South Korea (KOR) "])
def test_country_is_found_by_name_or_code(client: Client, agent: User, typed: str) -> None:
    assert client.post(reverse("submission_new"), form(agent, issuing_country=typed)).status_code == 302
    assert Submission.objects.get().issuing_country == "KOR"


@pytest.mark.parametrize(
    ("typed", "names"), [("Korea", "North Korea (PRK), South Korea (KOR)"), ("German", "Germany (DEU)")]
)
def test_part_of_a_countrys_name_is_answered_with_the_names(
    client: Client, agent: User, typed: str, names: str
) -> None:
    page = client.post(reverse("submission_new"), form(agent, issuing_country=typed)).content.decode()
    assert f"No country has the name “{typed}”. Enter one of: {names}." in page
    assert not Submission.objects.exists()


def test_country_list_is_searched_by_name_and_code_in_the_readers_language(client: Client, agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(language="ko")
    page = client.get(reverse("submission_new")).content.decode()
    assert '<option value="대한민국 (KOR)"></option><option value="미국 (USA)"></option>' in page
    assert '<option value="코소보 (XKX)"></option>' in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"issuing_country": "Atlantis"}, "choose a country from the list"),
        ({"email": "nobody"}, "enter an e-mail address, for example"),
        ({"email": ""}, "enter a value."),
        ({"issuing_country": ""}, "enter a value."),
        ({"id_type": "universal"}, "universal"),
    ],
)
def test_problem_stands_beside_its_field_and_the_rest_is_kept(
    client: Client, agent: User, changes: dict[str, str], sentence: str
) -> None:
    reply = client.post(reverse("submission_new"), form(agent, customer_id="C-1234", **changes))
    page = reply.content.decode()
    assert reply.status_code == 422
    assert sentence in page.lower()
    assert 'value="C-1234"' in page
    assert not Submission.objects.exists()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CONFIRMING, Status.PENDING, Status.APPROVED])
@pytest.mark.parametrize(
    "like", [{"email": " Applicant@Example.com"}, {"email": "other@example.com", "customer_id": "c-1001"}]
)
def test_open_or_approved_one_of_the_same_customer_stops_once(
    client: Client, agent: User, status: Status, like: dict[str, str]
) -> None:
    there = make_at(status, agent)
    given = form(agent, **like)
    reply = client.post(reverse("submission_new"), given)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert reverse("submission", args=[there.pk]) in page
    assert "Nothing was created yet" in page
    assert Submission.objects.count() == 1
    assert Event.objects.filter(kind="same_customer_shown", fields__shown=[there.reference]).exists()
    assert client.post(reverse("submission_new"), {**given, "seen": "1"}).status_code == 302
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("status", [Status.REJECTED, Status.ABANDONED])
def test_one_that_came_to_nothing_does_not_stop(client: Client, agent: User, status: Status) -> None:
    make_at(status, agent)
    assert client.post(reverse("submission_new"), form(agent, email="applicant@example.com")).status_code == 302


def test_other_teams_one_is_reported_without_a_link(client: Client, agent: User) -> None:
    other = make_user(Role.AGENT, team=Team.objects.create(name="Second desk"))
    there = make_draft(other, images=False)
    reply = client.post(reverse("submission_new"), form(agent, email="applicant@example.com"))
    page = reply.content.decode()
    assert "You cannot open 1 open or approved submission of this customer. Ask a manager." in page
    assert there.reference not in page
    assert str(there.pk) not in page


def test_asking_whether_a_customer_is_known_is_recorded(client: Client, agent: User) -> None:
    make_draft(make_user(Role.AGENT, team=Team.objects.create(name="Second desk")), images=False)
    here = make_draft(agent, images=False, email="here@example.com")
    asked: list[dict[str, str]] = [
        {"email": "applicant@example.com"},
        {"email": "here@example.com", "customer_id": "C-1001"},
        {"email": "nobody@example.com"},
        {"email": "no"},
    ]
    for typed in asked:
        client.post(reverse("same_customer"), typed)
    told = Event.objects.filter(kind="same_customer_shown").order_by("id").values_list("fields", flat=True)
    assert list(told) == [
        {"filters": ["email"], "shown": [], "elsewhere": 1},
        {"filters": ["customer_id", "email"], "shown": [here.reference], "elsewhere": 1},
        {"filters": ["email"], "shown": [], "elsewhere": 0},
    ]


def test_part_tells_while_typing_and_the_press_is_not_stopped_again(client: Client, agent: User) -> None:
    there = make_draft(agent, images=False)
    given = form(agent, email="applicant@example.com", issuing_country="", id_type="")
    part = client.post(reverse("same_customer"), given).content.decode()
    assert there.reference in part
    assert 'name="seen"' in part
    assert "Nothing was created" not in part
    assert client.post(reverse("same_customer"), {**given, "email": "nob"}).content.strip() == b""


@pytest.mark.parametrize("name", ["submission_new", "same_customer"])
def test_administrator_starts_nothing_and_looks_nothing_up(client: Client, name: str) -> None:
    make_draft(make_user(Role.AGENT), images=False)
    client.force_login(make_user(Role.ADMINISTRATOR))
    reply = client.post(reverse(name), {"email": "applicant@example.com"})
    assert reply.status_code == 403
    assert "KP-" not in reply.content.decode()


def test_manager_chooses_among_all_teams(client: Client) -> None:
    manager = make_user(Role.MANAGER)
    client.force_login(manager)
    teams = [make_team(), make_team()]
    page = client.get(reverse("submission_new")).content.decode()
    assert [team.name for team in teams if team.name not in page] == []


def test_page_read_while_the_call_ends_goes_on_asking(client: Client, agent: User) -> None:
    """The worker may end the call after the page has read the status and before it reads the call."""
    seen = make_at(Status.STEP1_SENDING, agent)
    answer_step1(seen)
    assert seen.status == Status.STEP1_SENDING
    state = page.state(StateContext.load(seen, agent))
    assert (state["call"], state["is_moving"]) == (None, True)
    client.force_login(agent)
    reply = client.get(reverse("status_part", args=[seen.pk]))
    assert (reply.status_code, reply.headers["HX-Refresh"]) == (204, "true")


def test_last_project_is_chosen_already(agent: User) -> None:
    first, second = make_project(name="A first"), make_project(name="B second")
    assert NewForm(user=agent)["project"].initial == first
    make_draft(agent, second)
    assert NewForm(user=agent)["project"].initial == second


class TestScenario:
    """The sandbox's outcome in words; only on the embedded default."""

    def test_scenario_becomes_the_tag_of_the_email(self, client: Client, agent: User) -> None:
        client.post(reverse("submission_new"), form(agent, email="kim@example.com", scenario="lowscore"))
        assert Submission.objects.get().values["email"] == "kim+lowscore@example.com"

    def test_email_stays_for_a_vendor_elsewhere(self, client: Client, agent: User) -> None:
        project = make_project(base_url="https://vendor.example/v3")
        given = form(agent, email="kim@example.com", scenario="lowscore") | {"project": project.pk}
        client.post(reverse("submission_new"), given)
        assert Submission.objects.get().values["email"] == "kim@example.com"

    def test_picker_stands_on_the_demo_alone(self, client: Client, agent: User, settings: Any) -> None:
        assert 'name="scenario"' in client.get(reverse("submission_new")).content.decode()
        settings.ARGOS_BASE_URL = "https://vendor.example/v3"
        assert 'name="scenario"' not in client.get(reverse("submission_new")).content.decode()

    def test_picker_is_off_where_the_database_is_real(self, agent: User, settings: Any) -> None:
        settings.IS_EMBEDDED = False
        assert "scenario" not in NewForm(user=agent).fields

    def test_every_scenario_is_a_case_of_the_sandbox(self) -> None:
        tags = {
            part
            for tag, _label in scenarios.SCENARIOS
            if tag not in ("", scenarios.LIVEFORM)
            for part in tag.split("+")
        }
        assert tags <= TAGS.keys() | {code.casefold() for code in REJECT_CODES} | STEP1_CODES.keys()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_images_and_the_press_come_with_the_new_form(client: Client, agent: User) -> None:
    files = {"id_front": upload("id.jpg", id_card_jpeg()), "selfie": upload("me.jpg", selfie_jpeg())}
    reply = client.post(reverse("submission_new"), form(agent, action="step1", **files))
    submission = Submission.objects.get()
    assert reply.url == reverse("submission", args=[submission.pk])
    assert submission.status == Status.STEP1_SENDING
    assert set(submission.images.values_list("kind", flat=True)) == {ImageKind.ID_FRONT, ImageKind.SELFIE}


def test_what_stops_step1_of_the_new_form_is_listed_on_the_drafts_page(client: Client, agent: User) -> None:
    reply = client.post(reverse("submission_new"), form(agent, action="step1"))
    submission = Submission.objects.get()
    assert submission.status == Status.DRAFT
    assert reply.url.endswith("?check=step1")
    page = client.get(reply.url).content.decode()
    assert "1 item to complete before Step 1" in page
    assert 'href="#f-id_front"' in page


def test_an_unusable_file_of_the_new_form_is_named_and_the_draft_is_there(client: Client, agent: User) -> None:
    reply = client.post(reverse("submission_new"), form(agent, id_front=upload("id.jpg", b"no picture")), follow=True)
    assert "ID front: " in reply.content.decode()
    assert Submission.objects.get().status == Status.DRAFT


def test_a_script_is_told_the_address(client: Client, agent: User) -> None:
    reply = client.post(reverse("submission_new"), form(agent), headers={"X-Keeps-Files": "1"})
    assert reply.json() == {"url": reverse("submission", args=[Submission.objects.get().pk])}


def test_empty_form_says_what_to_enter(client: Client) -> None:
    client.force_login(make_user())
    errors = client.post("/submissions/new/", {"draft": ""}).context["form"].errors
    assert errors["email"] == ["Enter a value."]
    assert errors["id_type"] == ["Select an option."]
