"""Signing in: one reply to every failure, lockout, one-time passwords, second factors and production rules."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client

from submissions.accounts import one_time_password
from submissions.accounts.mfa import policy
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Event, Project, Role, User
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def post(client: Client, name: str, password: str = factories.PASSWORD) -> Any:
    return client.post(LOGIN, {"username": name, "password": password})


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_sign_in_goes_to_the_start_page_and_is_an_event(client: Client) -> None:
    user = factories.make_user()
    assert post(client, user.username).headers["Location"] == "/"
    event = Event.objects.get(kind="signed_in")
    assert (event.actor_id, event.address, event.fields) == (user.pk, "127.0.0.1", {"by": ["password"]})


def test_every_failure_has_the_same_answer(client: Client) -> None:
    user, off = factories.make_user(), factories.make_user(is_active=False)
    late = factories.make_user()
    password = one_time_password.issue(late, by=SYSTEM)
    User.objects.filter(pk=late.pk).update(one_time_until=clock.now() - timedelta(minutes=1))
    tries = [
        (user.username, "wrong"),
        ("nobody", "wrong"),
        (off.username, factories.PASSWORD),
        (late.username, password),
    ]
    pages = set()
    for name, word in tries:
        reply = post(client, name, word)
        assert reply.status_code == 200
        text = reply.content.decode().replace(name, "NAME")
        pages.add(text[text.index("<main") :].split('name="csrfmiddlewaretoken"')[0] + text[text.index("NAME") :][:200])
    assert len(pages) == 1


def test_a_failure_is_recorded_without_the_typed_name(client: Client) -> None:
    post(client, "my password by mistake", "x")
    event = Event.objects.get(kind="sign_in_failed")
    assert (event.actor_name, event.fields) == ("not signed in", {})


def test_unknown_names_cost_a_hash_as_known_ones_do(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    user, made = factories.make_user(), []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a, **k: made.append(1) or encode(*a, **k))
    post(client, user.username, "wrong")
    known = len(made)
    post(client, "nobody", "wrong")
    assert known == len(made) - known == 1


@pytest.mark.parametrize("exists", [True, False])
def test_five_failures_lock_the_name_whether_it_exists_or_not(client: Client, exists: bool) -> None:
    name = factories.make_user().username if exists else "nobody"
    for _time in range(5):
        assert b"do not fit together" in post(client, name, "wrong").content
    assert b"Too many attempts" in post(client, name).content
    assert "locked_out" in kinds()
    assert "_auth_user_id" not in client.session


def test_lock_is_the_names_whatever_host_and_however_it_is_written(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "kyc.example.com"]
    name = factories.make_user().username
    hosts = ("localhost", "127.0.0.1:1", "KYC.EXAMPLE.COM:8443")
    written = (name, name.upper(), f"  {name}", f"{name} ", "".join(chr(ord(letter) + 0xFEE0) for letter in name))
    for number, typed in enumerate(written):
        reply = client.post(LOGIN, {"username": typed, "password": "wrong"}, headers={"host": hosts[number % 3]})
        assert b"Too many attempts" not in reply.content, typed
    for host in hosts:
        reply = client.post(LOGIN, {"username": name, "password": factories.PASSWORD}, headers={"host": host})
        assert b"Too many attempts" in reply.content, host


def test_one_time_password_opens_only_the_page_that_replaces_it(client: Client) -> None:
    user = factories.make_user()
    password = one_time_password.issue(user, by=SYSTEM)
    assert post(client, user.username, password).headers["Location"] == "/"
    assert client.get("/submissions/").headers["Location"] == "/accounts/password/change/"
    new = "four quite ordinary words"
    form = {"oldpassword": password, "password1": new, "password2": new}
    client.post("/accounts/password/change/", form)
    assert client.get("/submissions/").status_code == 200
    user.refresh_from_db()
    assert user.one_time_until is None
    assert user.check_password(new)
    assert {"password_reset", "password_changed"} <= set(kinds())


def test_one_time_password_works_once(client: Client) -> None:
    """A user who signed in with it can still replace it; one who was interrupted before needs another."""
    user = factories.make_user()
    password = one_time_password.issue(user, by=SYSTEM)
    assert post(client, user.username, password).status_code == 302
    other = Client()
    assert b"do not fit together" in post(other, user.username, password).content
    client.post("/accounts/logout/")
    assert post(client, user.username, password).status_code == 200
    assert post(client, user.username, one_time_password.issue(user, by=SYSTEM)).status_code == 302
    assert client.get("/").headers["Location"] == "/accounts/password/change/"


def test_one_time_password_is_not_spent_before_the_second_factor(client: Client) -> None:
    user = factories.make_user()
    factories.sign_in(client, user)
    secret = enrol(client)
    password = one_time_password.issue(user, by=SYSTEM)
    for _cut_off in range(2):
        client = Client()
        assert post(client, user.username, password).headers["Location"] == "/accounts/2fa/authenticate/"
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        assert client.get("/").headers["Location"] == "/accounts/password/change/"
        assert post(Client(), user.username, password).status_code == 200


def test_production_demands_a_second_factor_of_every_role(client: Client, settings: Any) -> None:
    settings.IS_EMBEDDED = False
    for role in set(Role) - {Role.INTEGRATION}:
        client.force_login(factories.make_user(role))
        for path in ("/", "/submissions/", "/review/", "/admin/"):
            assert client.get(path).headers["Location"] == "/accounts/2fa/", (role, path)
        assert client.get("/accounts/2fa/").status_code == 200


def test_a_vendor_elsewhere_makes_it_production(client: Client, settings: Any) -> None:
    settings.ARGOS_BASE_URL = "https://rest-api.argosidentity.com/v3"
    client.force_login(factories.make_user())
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_a_project_elsewhere_makes_it_production(client: Client) -> None:
    project = factories.make_project()
    client.force_login(factories.make_user(Role.OFFICER))
    policy.forget_look()
    assert client.get("/review/").status_code == 200
    Project.objects.filter(pk=project.pk).update(base_url="https://rest-api.argosidentity.com/v3")
    assert client.get("/review/").status_code == 200, "a process looks every ten seconds"
    policy.forget_look()
    assert client.get("/review/").headers["Location"] == "/accounts/2fa/"


def enrol(client: Client) -> str:
    """Set up an authenticator app through the pages; return its secret."""
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    reply = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert reply.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return str(secret)


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def test_enrolling_then_signing_in_with_a_code(
    client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.IS_EMBEDDED = False
    user = factories.make_user()
    post(client, user.username)
    with django_capture_on_commit_callbacks(execute=True):
        secret = enrol(client)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/submissions/").status_code == 200
    client.post("/accounts/logout/")
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        assert post(client, user.username).headers["Location"] == "/accounts/2fa/authenticate/"
        assert client.get("/submissions/").status_code == 302
        assert b"That code is not right" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content
        code = code_of(secret)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).headers["Location"] == "/"
        assert client.get("/submissions/").status_code == 200
        client.post("/accounts/logout/")
        post(client, user.username)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, "a code works once"
        assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).headers["Location"] == "/"
    assert {"second_factor_added", "second_factor_failed", "signed_in", "signed_out"} <= set(kinds())


def test_code_of_an_older_step_is_refused_after_a_newer_one(client: Client) -> None:
    user = factories.make_user()
    post(client, user.username)
    secret = enrol(client)
    steps = list(totp.yield_hotp_counters_from_time())
    before, now = (totp.format_hotp_value(totp.hotp_value(secret, step)) for step in steps[:2])

    def answer(code: str) -> int:
        cache.clear()  # Redis may lose it at any time
        fresh = Client()
        post(fresh, user.username)
        return int(fresh.post("/accounts/2fa/authenticate/", {"code": code}).status_code)

    with time_machine.travel(clock.now(), tick=False):
        assert [answer(code) for code in (before, now, before, now)] == [302, 302, 200, 200]


def test_step_up_and_sign_in_share_what_was_used(client: Client) -> None:
    user = factories.make_user(Role.OFFICER)
    post(client, user.username)
    secret = enrol(client)
    reveal = f"/submissions/{factories.make_at('pending').pk}/reveal/"
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        form = {"reason": "customer asks", "step_up_code": code_of(secret)}
        assert client.post(reveal, form).status_code == 200
        fresh = Client()
        post(fresh, user.username)
        assert fresh.post("/accounts/2fa/authenticate/", {"code": form["step_up_code"]}).status_code == 200


def test_the_secret_of_an_app_is_stored_sealed(client: Client) -> None:
    user = factories.make_user()
    post(client, user.username)
    secret = enrol(client)
    assert all(secret not in str(row.data) for row in Authenticator.objects.filter(user=user))


def test_removing_the_last_factor_brings_the_person_back_to_enrolling(client: Client, settings: Any) -> None:
    settings.IS_EMBEDDED = False
    user = factories.make_user()
    post(client, user.username)
    enrol(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert "second_factor_removed" in kinds()
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_changing_factors_asks_again_after_ten_minutes(client: Client) -> None:
    user = factories.make_user()
    post(client, user.username)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        reply = client.get("/accounts/2fa/totp/activate/")
        assert reply.headers["Location"].startswith("/accounts/reauthenticate/")
        again = client.post(reply.headers["Location"], {"password": factories.PASSWORD})
        assert again.headers["Location"] == "/accounts/2fa/totp/activate/"
        assert client.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "3rdparty/", "login/code/"])
def test_what_allauth_brings_besides_is_not_mounted(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("kycportal2026", False),
        ("Argos-Argos1", False),
        ("password1234", False),
        ("short", False),
        ("x" * 64, True),
        ("four quite ordinary words", True),
        ("비밀번호를 길게 씁니다", True),
    ],
)
def test_which_passwords_are_taken(client: Client, password: str, is_taken: bool) -> None:
    user = factories.make_user()
    client.force_login(user)
    form = {"oldpassword": factories.PASSWORD, "password1": password, "password2": password}
    client.post("/accounts/password/change/", form)
    user.refresh_from_db()
    assert user.check_password(password) is is_taken


def test_what_is_refused_is_an_event(client: Client) -> None:
    factories.sign_in(client, factories.make_user())
    assert client.post("/sending/stop/", {"stop": "1"}).status_code == 403
    event = Event.objects.get(kind="not_allowed")
    assert event.fields == {"page": "stop_switch", "method": "POST", "of": ""}


def test_logging_out_clears_what_the_browser_kept(client: Client) -> None:
    client.force_login(factories.make_user())
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("wanted", ["•••", "9999-99-99", "review_queue", "https://evil.example/", "//evil.example"])
def test_where_to_go_back_to_is_an_address_of_ours(client: Client, wanted: str) -> None:
    client.force_login(factories.make_user())
    assert client.post("/alerts/seen/", {"next": wanted}).headers["Location"] == "/"
    assert client.post("/alerts/seen/", {"next": "/submissions/?mine=1"}).headers["Location"] == "/submissions/?mine=1"


def test_next_leads_nowhere_else(client: Client) -> None:
    user = factories.make_user()
    for wanted in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "http://localhost/",
        "http://127.0.0.1:1/",
    ):
        form = {"username": user.username, "password": factories.PASSWORD, "next": wanted}
        assert Client().post(LOGIN, form).headers["Location"] == "/"


def test_administrator_makes_people_and_one_time_passwords(client: Client) -> None:
    factories.sign_in(client, factories.make_user(Role.ADMINISTRATOR))
    form = {"username": "fresh", "name": "Fresh Person", "role": "manager"}
    reply = client.post("/settings/people/new/", form)
    password = reply.context["password"]
    assert password in reply.content.decode()
    other = Client()
    assert post(other, "fresh", password).status_code == 302
    person = User.objects.get(username="fresh")
    assert client.post(f"/settings/people/{person.pk}/password/").context["password"] != password
    assert other.get("/accounts/sessions/").status_code == 302, "their sessions have ended"


def test_user_name_is_given_once_whatever_its_capitals(client: Client) -> None:
    person = factories.make_user(Role.OFFICER)
    factories.sign_in(client, factories.make_user(Role.ADMINISTRATOR))
    form = {"username": person.username.upper(), "name": "Twin", "role": "officer", "is_active": "on"}
    assert b"capitals make no difference" in client.post("/settings/people/new/", form).content
    change = f"/settings/people/{person.pk}/"
    assert client.post(change, form).status_code == 302, "the same person may be written otherwise"
    assert post(Client(), person.username).status_code == 302
    with pytest.raises(IntegrityError):
        User.objects.create_user(person.username, None, role=Role.MANAGER)


def test_migration_names_those_who_differ_in_capitals_only() -> None:
    migration = import_module("submissions.migrations.0022_username_once_in_any_case")

    class Names(list[str]):
        def get_model(self, app: str, name: str) -> Any:
            return SimpleNamespace(objects=self)

        def using(self, alias: str) -> "Names":
            return self

        order_by = using

        def values_list(self, name: str, *, flat: bool) -> "Names":
            return self

    editor = SimpleNamespace(connection=SimpleNamespace(alias="default"))
    migration.refuse_doubles(Names(["anna", "bo"]), editor)
    with pytest.raises(migration.DoubleNames, match="only: anna and Anna and ANNA; bo and Bo"):
        migration.refuse_doubles(Names(["anna", "bo", "Anna", "carl", "Bo", "ANNA"]), editor)


def test_first_administrator_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import CommandError, call_command

    call_command("add_administrator", "root-of-trust", name="First One")
    password = capsys.readouterr().out.split()[1]
    assert post(Client(), "root-of-trust", password).status_code == 302
    with pytest.raises(CommandError):
        call_command("add_administrator", "root-of-trust")
    call_command("add_administrator", "root-of-trust", reset=True)
    assert post(Client(), "root-of-trust", password).status_code == 200
