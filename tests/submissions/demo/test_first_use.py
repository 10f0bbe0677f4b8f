"""Help for newcomers on the demo: sign-in buttons, sample pictures, the checklist; none on a real installation."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from argos.sandbox.cases import reading_of
from submissions.accounts import demo
from submissions.demo import first_use, samples
from submissions.demo.customers import Customer
from submissions.models import Role, Status, Submission, User
from submissions.privacy.redaction_area import PASSPORTS_WITHOUT_NUMBER_SINCE
from submissions.search import counting
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> User:
    user = factories.make_user(name="Ara Kim")
    factories.sign_in(client, user)
    return user


def new_form(agent: User, **fields: Any) -> dict[str, Any]:
    return {"project": factories.make_project().pk, "team": agent.team_id, **fields}


def test_sign_in_button_posts_to_the_ordinary_page(client: Client, settings: Any) -> None:
    settings.KYC_DEMO_PASSWORD = factories.PASSWORD
    user = User.objects.create_user("agent", factories.PASSWORD, role=Role.AGENT, team=factories.make_team(), name="A")
    page = client.get(reverse("account_login")).content.decode()
    for username in ("agent", "officer", "manager", "admin"):
        assert f'<input type="hidden" name="username" value="{username}">' in page
    reply = client.post(reverse("account_login"), {"username": "agent", "password": factories.PASSWORD})
    assert reply.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("what", ["database", "vendor", "host"])
def test_sign_in_buttons_are_not_there_where_anything_is_real(client: Client, settings: Any, what: str) -> None:
    settings.KYC_DEMO_PASSWORD = "a password that only the demo shows"
    address = "127.0.0.1"
    if what == "database":
        settings.IS_EMBEDDED = False
    elif what == "vendor":
        settings.ARGOS_BASE_URL = "https://vendor.example/v3"
    else:
        address = "192.0.2.7"
    page = client.get(reverse("account_login"), REMOTE_ADDR=address).content.decode()
    assert settings.KYC_DEMO_PASSWORD not in page
    assert "demo-user" not in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"])
def test_sign_in_buttons_are_not_there_behind_a_proxy_on_this_host(client: Client, settings: Any, header: str) -> None:
    settings.KYC_DEMO_PASSWORD = "a password that only the demo shows"
    page = client.get(reverse("account_login"), headers={header: "192.0.2.7"}).content.decode()
    assert settings.KYC_DEMO_PASSWORD not in page


def test_sample_pictures_never_reach_a_project_whose_vendor_is_elsewhere(client: Client, agent: User) -> None:
    project = factories.make_project(base_url="https://vendor.example/v3")
    form = {**new_form(agent, sample_pictures="1", scenario="lowscore"), "project": project.pk}
    client.post(reverse("submission_new"), form)
    draft = Submission.objects.get()
    assert not draft.images.exists()
    assert "lowscore" not in draft.values["email"]


def test_sample_pictures_make_a_draft_that_can_be_sent(client: Client, agent: User) -> None:
    client.post(reverse("submission_new"), new_form(agent, sample_pictures="1", scenario="lowscore"))
    draft = Submission.objects.get()
    assert "+lowscore@" in draft.values["email"]
    assert (draft.issuing_country, draft.id_type) == ("KOR", "passport")
    assert sorted(draft.images.values_list("kind", flat=True)) == ["id_front", "selfie"]
    assert draft.images.get(kind="selfie").findings == []


def test_sample_selfie_after_a_refusal_is_another_picture(client: Client, agent: User) -> None:
    submission = factories.make_at(Status.INCOMPLETE, agent)
    page = f"/submissions/{submission.pk}/"
    assert "Use another sample selfie" in client.get(page).content.decode()
    before = submission.images.get(kind="selfie", is_current=True)
    client.post(f"{page}values/", {"sample_pictures": "1"})
    after = submission.images.get(kind="selfie", is_current=True)
    assert before.sha256 != after.sha256
    assert "Use another sample selfie" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("country", "id_type"),
    [
        ("KOR", "passport"),
        ("KOR", "government_id"),
        ("KOR", "residence_permit"),
        ("KOR", "drivers_license"),
        ("USA", "government_id"),
        ("IND", "pancard"),
    ],
)
def test_card_shows_what_the_sandbox_reads(country: str, id_type: str) -> None:
    for number in range(40):
        email = f"sample.{number}+glare@example.com"
        read = reading_of(email, country, id_type)
        printed = {value for name, value in read.items() if name not in ("nationality", "gender")}
        assert set(samples.shown_on_card(email, id_type, country).values()) == printed


def test_korean_sample_passports_show_no_resident_number() -> None:
    issued = [Customer(number).reading["issueDate"] for number in range(200) if Customer(number).country == "KOR"]
    assert min(issued) >= PASSPORTS_WITHOUT_NUMBER_SINCE


def test_scenario_with_a_resident_number_makes_a_korean_card() -> None:
    pressed = QueryDict("sample_pictures=1&scenario=nocoords%2Bapproved")
    assert samples.filled(pressed)["id_type"] == "government_id"


def test_sample_pictures_are_refused_for_a_real_vendor(settings: Any) -> None:
    pressed = QueryDict("sample_pictures=1")
    assert samples.filled(pressed)["issuing_country"] == "KOR"
    settings.ARGOS_BASE_URL = "https://vendor.example/v3"
    assert not samples.are_asked(pressed)
    assert samples.filled(pressed) is pressed


def test_checklist_ticks_what_was_done_on_pages(client: Client, agent: User, settings: Any) -> None:
    factories.make_draft(factories.make_user())
    client.post(reverse("submission_new"), new_form(agent, sample_pictures="1"))
    found = counting.read(agent, first_use.figures())
    assert [step.is_done for step in first_use.steps(found)] == [True, False, False, False]
    assert "First steps" in client.get(reverse("start")).content.decode()
    settings.ARGOS_BASE_URL = "https://vendor.example/v3"
    assert first_use.steps(first_use.figures()) == []


def test_logins_are_a_table_with_a_link_each(settings: Any) -> None:
    settings.KYC_DEMO_PASSWORD = "a demo password"
    lines = demo.logins(settings).splitlines()
    assert [line.split()[0] for line in lines[:5]] == ["user", "agent", "officer", "manager", "admin"]
    assert all(f"http://127.0.0.1:{settings.PORT}/" in line for line in lines[1:5])
    assert "a demo password" in lines[-1]
