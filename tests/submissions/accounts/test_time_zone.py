"""The user's own time zone: chosen, stored, used on every page, and not applied to the next user's page."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from submissions.accounts.preferences import time_zone
from submissions.core import clock
from submissions.models import Event, Export, Role, User
from submissions.reporting import overview
from submissions.reporting.reports.date_range import Window, window_of
from tests.factories import make_user, sign_in
from tests.submissions.reporting.exports.files import ask

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 3, 5, 20, 30, tzinfo=UTC)  # the next day in Seoul


def asked_at(export: Export) -> Export:
    Export.objects.filter(pk=export.pk).update(asked_at=LATE)
    return export


def test_choice_is_kept_recorded_and_used(client: Client) -> None:
    officer = make_user(Role.OFFICER)
    sign_in(client, officer)
    asked_at(ask(officer))
    assert "5 Mar 2026, 20:30" in client.get("/exports/").content.decode()
    assert client.post("/accounts/time-zone/", {"time_zone": "Asia/Seoul"}).status_code == 302
    assert Event.objects.get(kind="time_zone_chosen").fields == {"time_zone": "Asia/Seoul"}
    assert "6 Mar 2026, 05:30" in client.get("/exports/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_pages_use_the_browsers_zone_until_the_person_chooses(client: Client) -> None:
    officer = make_user(Role.OFFICER)
    sign_in(client, officer)
    asked_at(ask(officer))
    client.cookies[time_zone.COOKIE] = "Asia/Seoul"
    assert "6 Mar 2026, 05:30" in client.get("/exports/").content.decode()
    client.post("/accounts/time-zone/", {"time_zone": "UTC"})
    assert "5 Mar 2026, 20:30" in client.get("/exports/").content.decode()


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "", "x" * 300])
def test_unknown_zone_of_a_browser_is_the_portals(client: Client, name: str) -> None:
    officer = make_user(Role.OFFICER)
    sign_in(client, officer)
    asked_at(ask(officer))
    client.cookies[time_zone.COOKIE] = name
    assert "5 Mar 2026, 20:30" in client.get("/exports/").content.decode()


def test_korean_pages_write_the_year_first(client: Client) -> None:
    officer = make_user(Role.OFFICER, language="ko", time_zone="Asia/Seoul")
    sign_in(client, officer)
    asked_at(ask(officer))
    assert "2026-03-06 05:30" in client.get("/exports/").content.decode()


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "asia/seoul", "x" * 300])
def test_unknown_zone_is_refused(client: Client, name: str) -> None:
    sign_in(client, make_user(Role.OFFICER))
    assert client.post("/accounts/time-zone/", {"time_zone": name}).status_code == 404
    assert not Event.objects.filter(kind="time_zone_chosen").exists()


def test_zone_that_the_host_does_not_know_is_the_portals() -> None:
    assert User(time_zone="Mars/Olympus").zone.key == "UTC"
    assert User(time_zone="../x").zone.key == "UTC"


def test_form_offers_the_zones_and_shows_the_choice(client: Client) -> None:
    sign_in(client, make_user(Role.OFFICER, time_zone="Asia/Seoul"))
    page = client.get("/accounts/sessions/").content.decode()
    assert "<option selected>Asia/Seoul</option>" in page
    assert "Now: Asia/Seoul" in page
    assert all(len(name) <= 40 for name in time_zone.names())


def test_days_of_a_report_are_those_of_the_person() -> None:
    day = datetime(2026, 3, 6, tzinfo=UTC).date()
    with timezone.override("Asia/Seoul"):
        assert Window(day, day).start == datetime(2026, 3, 5, 15, tzinfo=UTC)


def test_today_is_the_persons_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATE)
    with timezone.override("Asia/Seoul"):
        assert window_of(QueryDict("days=1"), User())[0].first == date(2026, 3, 6)
        assert overview.last_days().last == date(2026, 3, 6)
        assert clock.today() == date(2026, 3, 5)
