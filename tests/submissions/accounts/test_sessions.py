"""Idle and absolute limits, ending sessions, other ends, and repeated authentication."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from submissions import tasks
from submissions.accounts import sessions
from submissions.core import clock
from submissions.models import Event, Role, Status, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def signed_in(user: User) -> Client:
    client = Client(HTTP_USER_AGENT="a browser")
    client.post("/accounts/login/", {"username": user.username, "password": factories.PASSWORD})
    return client


def after(**span: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(**span), tick=False)


def test_idle_session_ends_and_says_why() -> None:
    client = signed_in(factories.make_user())
    with after(minutes=31):
        reply = client.get("/submissions/")
        assert reply.headers["Location"] == "/accounts/login/?next=%2Fsubmissions%2F"
        assert b"30 minutes without activity" in client.get("/accounts/login/").content
    assert Event.objects.filter(kind="session_expired").exists()


def test_pressing_keeps_a_session_but_not_beyond_eight_hours() -> None:
    client = signed_in(factories.make_user())
    for minutes in range(25, 8 * 60, 25):
        with after(minutes=minutes):
            assert client.get("/submissions/").status_code == 200, minutes
    with after(hours=8, minutes=1):
        assert client.get("/submissions/").status_code == 302


def test_what_the_page_asks_by_itself_keeps_nothing() -> None:
    user = factories.make_user()
    submission = factories.make_draft(user)
    client = signed_in(user)
    with after(minutes=20):
        client.get(f"/submissions/{submission.pk}/status/", headers={"HX-Request": "true"})
        assert client.get("/accounts/session/").json()["idle"] in (599, 600)
    with after(minutes=31):
        assert client.get("/submissions/").status_code == 302


def test_staying_is_one_press() -> None:
    client = signed_in(factories.make_user())
    with after(minutes=29):
        assert client.post("/accounts/session/").json()["idle"] == sessions.IDLE_SECONDS
    with after(minutes=50):
        assert client.get("/submissions/").status_code == 200


def test_proving_again_starts_another_eight_hours() -> None:
    client = signed_in(factories.make_user())
    for minutes in range(25, 8 * 60, 25):
        with after(minutes=minutes):
            client.get("/submissions/")
    with after(hours=7, minutes=59):
        client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
        assert client.get("/accounts/session/").json()["whole"] == sessions.WHOLE_SECONDS


def test_proving_again_changes_the_key_and_keeps_the_listing() -> None:
    client = signed_in(factories.make_user())
    before = client.session.session_key
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    assert client.session.session_key != before
    (row,) = client.get("/accounts/sessions/").context["sessions"]
    assert row.session_key == client.session.session_key


def test_the_page_tells_a_signed_out_one_from_an_expired_one() -> None:
    client = signed_in(factories.make_user())
    with after(minutes=31):
        assert client.get("/accounts/session/").json() == {"signed_in": False}
    assert Client().get("/accounts/session/").json() == {"signed_in": False}


@pytest.mark.parametrize("change", ["role", "team", "is_active", "password"])
def test_a_change_of_what_they_are_ends_their_sessions(change: str) -> None:
    user = factories.make_user(Role.OFFICER)
    client = signed_in(user)
    assert client.get("/submissions/").status_code == 200
    values = {"role": Role.MANAGER, "team": factories.make_team("Other"), "is_active": False, "password": "x"}
    User.objects.filter(pk=user.pk).update(**{change: values[change]})
    assert client.get("/submissions/").status_code == 302


def test_own_sessions_are_listed_and_ended() -> None:
    user, other = factories.make_user(), factories.make_user()
    here, there, theirs = signed_in(user), signed_in(user), signed_in(other)
    rows = here.get("/accounts/sessions/").context["sessions"]
    assert len(rows) == 2
    away = next(row for row in rows if row.session_key != here.session.session_key)
    assert theirs.post(f"/accounts/sessions/{away.pk}/end/").status_code == 404
    assert there.get("/submissions/").status_code == 200
    here.post(f"/accounts/sessions/{away.pk}/end/")
    assert there.get("/submissions/").status_code == 302
    third = signed_in(user)
    here.post("/accounts/sessions/end/")
    assert third.get("/submissions/").status_code == 302
    assert here.get("/submissions/").status_code == 200
    assert Event.objects.filter(kind="session_ended").count() == 2


def test_changing_the_password_ends_the_other_sessions() -> None:
    user = factories.make_user()
    here, there = signed_in(user), signed_in(user)
    new = "four quite ordinary words"
    here.post("/accounts/password/change/", {"oldpassword": factories.PASSWORD, "password1": new, "password2": new})
    assert here.get("/submissions/").status_code == 200
    assert there.get("/submissions/").status_code == 302


def test_administrator_ends_sessions() -> None:
    user = factories.make_user()
    client, admin = signed_in(user), signed_in(factories.make_user(Role.ADMINISTRATOR))
    admin.post(f"/settings/people/{user.pk}/sessions/")
    assert client.get("/submissions/").status_code == 302


def test_rows_of_ended_sessions_are_cleared() -> None:
    client = signed_in(factories.make_user())
    with after(hours=9):
        tasks.clear_sessions()
    assert not Session.objects.filter(pk=client.session.session_key).exists()


PEOPLE = "/settings/people/"


class TestTrust:
    """Changes to who and what is trusted require recent authentication, and nobody makes them for themselves."""

    @pytest.fixture
    def admin(self) -> User:
        return factories.make_user(Role.ADMINISTRATOR)

    @pytest.mark.parametrize(("act", "kind"), [("password", "password_reset"), ("factors", "second_factors_reset")])
    def test_later_an_act_on_a_person_asks_who_is_there(self, admin: User, act: str, kind: str) -> None:
        url, client = f"{PEOPLE}{factories.make_user().pk}/{act}/", signed_in(admin)
        with after(minutes=11):
            asked = client.post(url)
            assert (asked.status_code, b"step_up_password" in asked.content) == (403, True)
            assert client.post(url, {"step_up_password": "wrong"}).status_code == 403
            assert not Event.objects.filter(kind=kind).exists()
            client.post(url, {"step_up_password": factories.PASSWORD})
        assert Event.objects.filter(kind=kind).exists()

    @pytest.mark.parametrize("act", ["password", "factors"])
    def test_nobody_does_it_for_themselves(self, admin: User, act: str) -> None:
        page = signed_in(admin).post(f"{PEOPLE}{admin.pk}/{act}/", follow=True)
        assert b"Not for yourself" in page.content
        assert not Event.objects.filter(kind__in=("password_reset", "second_factors_reset")).exists()

    def test_later_forms_and_the_webhook_address_ask_too(self, admin: User) -> None:
        project, client = factories.make_project(), signed_in(admin)
        projects = f"/settings/projects/{project.pk}/"
        with after(minutes=11):
            for url in (f"{PEOPLE}new/", f"{PEOPLE}{admin.pk}/", f"{projects}connection/"):
                assert client.get(url).status_code == 200
                assert b"step_up_password" in client.post(url, {"name": "New"}).content
            rotate = f"{projects}webhook/rotate/"
            assert b"step_up_password" in client.post(rotate).content
            assert not Event.objects.filter(kind="webhook_token_replaced").exists()
            client.post(rotate, {"step_up_password": factories.PASSWORD})
        assert Event.objects.filter(kind="webhook_token_replaced").exists()


class TestStepUp:
    """Revealing requires authentication after ten minutes, and keeps the typed text."""

    @pytest.fixture
    def user(self) -> User:
        return factories.make_user(Role.OFFICER)

    @pytest.fixture
    def address(self) -> str:
        return f"/submissions/{factories.make_at(Status.PENDING).pk}/reveal/"

    def test_soon_after_signing_in_nothing_is_asked(self, user: User, address: str) -> None:
        reply = signed_in(user).post(address, {"reason": "customer asks"})
        assert reply.status_code == 200
        assert b"M12345678" in reply.content

    def test_later_the_password_is_asked_and_the_reason_kept(self, user: User, address: str) -> None:
        client = signed_in(user)
        with after(minutes=11):
            asked = client.post(address, {"reason": "customer <asks>"})
            assert asked.status_code == 403
            assert b"M12345678" not in asked.content
            assert b'name="reason" value="customer &lt;asks&gt;"' in asked.content
            wrong = client.post(address, {"reason": "customer asks", "step_up_password": "wrong"})
            assert (wrong.status_code, b"That is not your password" in wrong.content) == (403, True)
            assert not Event.objects.filter(kind="revealed").exists()
            right = client.post(address, {"reason": "customer asks", "step_up_password": factories.PASSWORD})
            assert b"M12345678" in right.content
        assert Event.objects.filter(kind="proved_again").count() == 1
        assert all("asks" not in str(value) for value in client.session.values()), (
            "what was typed is not in the session"
        )

    def test_guessing_is_locked(self, user: User, address: str) -> None:
        client = signed_in(user)
        with after(minutes=11):
            for _time in range(5):
                client.post(address, {"reason": "asks", "step_up_password": "wrong"})
            reply = client.post(address, {"reason": "asks", "step_up_password": factories.PASSWORD})
            assert b"Too many attempts" in reply.content
