"""The monthly access report: figures, affected customers, sign-off."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from submissions.audit import access_report, events
from submissions.core import clock
from submissions.models import AccessReview, Event, Role, Status, Submission, User
from submissions.privacy import data_subject_export
from submissions.reporting import event_text
from submissions.reporting.evidence_pack import content
from submissions.reporting.exports import create, generate
from tests import factories
from tests.stack import ROOT

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MONTH = date(2026, 3, 1)


def look(user: User, at: datetime, times: int = 1, kind: str = "looked") -> None:
    submission = factories.make_draft(images=False)
    with transaction.atomic():
        for _time in range(times):
            Event.objects.create(
                at=at, kind=kind, actor_id=user.pk, actor_name=user.username, submission_id=submission.pk
            )


def test_rows_count_people_looks_nights_and_the_unusual() -> None:
    busy, calm, other = (factories.make_user(Role.OFFICER) for _number in range(3))
    look(busy, NOON, 60)
    look(busy, NOON + timedelta(days=1), 5, "image_opened")
    look(calm, NOON.replace(hour=3))
    look(calm, NOON + timedelta(days=3))  # a Saturday
    look(calm, NOON + timedelta(days=40))  # another month
    look(other, NOON, 2, "revealed")
    look(other, NOON, 3, "image_preloaded")
    rows = {row.who: row for row in access_report.rows(MONTH)}
    first = rows[busy.username]
    assert (first.people, first.opened, first.busiest_day, first.odd, first.is_unusual) == (2, 65, 60, 0, True)
    second = rows[calm.username]
    assert (second.people, second.opened, second.odd, second.is_unusual) == (2, 2, 2, False)
    assert (rows[other.username].revealed, rows[other.username].opened, rows[other.username].ahead) == (2, 0, 3)
    assert next(iter(rows)) == busy.username


@pytest.mark.parametrize("kind", access_report.DOWNLOADED)
def test_many_downloads_on_one_day_are_unusual_on_that_day(client: Client, kind: str) -> None:
    manager, taker = factories.make_user(Role.MANAGER), factories.make_user(Role.OFFICER)
    client.force_login(manager)
    with time_machine.travel(NOON):
        client.force_login(manager)
        look(taker, NOON, 49, kind)
        assert not access_report.rows(MONTH)[0].is_unusual
        assert "unusually many" not in client.get("/").content.decode()
        look(taker, NOON, 151, kind)
        (row,) = [row for row in access_report.rows(MONTH) if row.who == taker.username]
        assert (row.downloaded, row.is_unusual) == (200, True)
        page = client.get("/").content.decode()
        assert f"downloads by {taker.username} today, unusually many" in page
        assert "<b>200</b>" in page
    with time_machine.travel(NOON + timedelta(days=1)):
        client.force_login(manager)
        assert "unusually many" not in client.get("/").content.decode()


@pytest.mark.parametrize("kind", ["export_downloaded", "list_opened"])
def test_volume_of_lists_and_downloads_is_compared_with_others(kind: str) -> None:
    busy, calm, other = (factories.make_user(Role.OFFICER) for _number in range(3))
    for day in range(10):  # never many on one day
        look(busy, NOON + timedelta(days=day), 10, kind)
    look(calm, NOON, 5, kind)
    look(other, NOON, 5, kind)
    assert {row.who: row.is_unusual for row in access_report.rows(MONTH)} == {
        busy.username: True,
        calm.username: False,
        other.username: False,
    }


def test_manager_reads_and_signs_a_finished_month_once(client: Client) -> None:
    manager, officer = factories.make_user(Role.MANAGER), factories.make_user(Role.OFFICER)
    submission = factories.make_at(Status.PENDING)
    with time_machine.travel(NOON):
        events.record("revealed", by=factories.by(officer), submission=submission, reason="asked by the customer")
    client.force_login(manager)
    assert "March 2026" in client.get("/reports/access/").content.decode()
    page = client.get(f"/reports/access/2026/3/?person={officer.username}").content.decode()
    assert f"Submissions viewed by {officer.name}" in page
    assert "asked by the customer" in page
    assert submission.reference in page
    assert client.post("/reports/access/2026/3/sign/", {"remark": ""}).status_code == 422
    client.post("/reports/access/2026/3/sign/", {"remark": "Asked Odile about the reveal: the customer had called."})
    review = AccessReview.objects.get()
    assert (review.signed_by, review.month, review.digest) == (manager, MONTH, access_report.digest(MONTH))
    assert review.remark.startswith("Asked Odile")
    again = client.post("/reports/access/2026/3/sign/", {"remark": "another remark"}, follow=True)
    assert "already signed off by another manager" in again.content.decode()
    assert AccessReview.objects.get().remark.startswith("Asked Odile")


def test_running_month_cannot_be_signed(client: Client) -> None:
    client.force_login(factories.make_user(Role.MANAGER))
    now = clock.now()
    said = client.post(f"/reports/access/{now.year}/{now.month}/sign/", {"remark": "too early"}, follow=True)
    assert "once it is over" in said.content.decode()
    assert not AccessReview.objects.exists()


@pytest.mark.parametrize("kind", access_report.COUNTED)
def test_what_is_counted_is_what_is_recorded(kind: str) -> None:
    code = "".join(file.read_text() for file in (ROOT / "submissions").rglob("*.py"))
    assert re.search(rf'\brecord(_list|_image)?\([^()]*"{kind}"', code)


def test_every_download_counts_and_tells_its_reason(django_assert_max_num_queries: Any) -> None:
    manager = factories.make_user(Role.MANAGER)
    someone = factories.by(manager)
    for _time in range(3):
        submission = factories.make_at(Status.APPROVED)
        content.make(submission, by=someone, reason="for the court", is_open=True)
        data_subject_export.export([submission], by=someone, reason="the customer asked")
        export = create.request_export("list", "csv", "", by=someone, reason="asked monthly", is_open=True)
        generate.make_waiting()
        export.refresh_from_db()
        list(create.download(export, by=someone, reason="for the regulator"))
    today = timezone.localdate(clock.now())
    assert access_report.rows(today)[0].downloaded == 9
    with django_assert_max_num_queries(4):  # events, submissions, their keys, exports
        told = access_report.reasons(today, Submission.objects.all())
    assert [(row["event"].kind, row["reason"]) for row in told] == [
        ("evidence_pack_made", "for the court"),
        ("subject_exported", "the customer asked"),
        ("export_downloaded", "for the regulator"),
    ] * 3


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.ADMINISTRATOR])
def test_report_is_for_managers(client: Client, role: Role) -> None:
    client.force_login(factories.make_user(role))
    assert client.get("/reports/access/").status_code == 403
    assert client.get("/reports/access/2026/3/").status_code == 403


def test_impossible_month_is_not_found(client: Client) -> None:
    client.force_login(factories.make_user(Role.MANAGER))
    assert client.get("/reports/access/2026/13/").status_code == 404


def test_a_word_typed_as_a_person_stays_in_no_event(client: Client) -> None:
    manager, officer = factories.make_user(Role.MANAGER), factories.make_user(Role.OFFICER)
    client.force_login(manager)
    look(officer, NOON)
    for who in (officer.username, "Minseo Example 900203-1234567"):
        assert client.get("/reports/access/2026/3/", {"person": who}).status_code == 200
    told = Event.objects.filter(kind="access_report_opened").order_by("id").values_list("fields", flat=True)
    assert [fields["person"] for fields in told] == [officer.username, ""]


@pytest.mark.parametrize("year", ["0", "10000", "9" * 30])
def test_year_that_no_calendar_has_is_not_found(client: Client, year: str) -> None:
    client.force_login(factories.make_user(Role.MANAGER))
    assert client.get(f"/reports/access/{year}/1/").status_code == 404
    assert client.post(f"/reports/access/{year}/1/sign/", {"remark": "Looked into it."}).status_code == 404


@pytest.mark.parametrize("kind", ["revealed", *access_report.DOWNLOADED])
def test_action_that_needs_a_reason_has_a_title(kind: str) -> None:
    with translation.override("ko"):
        assert not re.search("[a-z]", event_text.event_title(Event(kind=kind)))


def test_times_are_in_the_portals_time_zone_whatever_the_managers_is(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Seoul"
    officer = factories.make_user(Role.OFFICER)
    with time_machine.travel(NOON + timedelta(days=1)):
        client.force_login(factories.make_user(Role.MANAGER, time_zone="America/New_York"))
        look(officer, NOON)
        page = client.get(f"/reports/access/2026/3/?person={officer.username}").content.decode()
    assert "Days, nights and times in the portal's time zone, Asia/Seoul." in page
    assert "21:00" in page.partition('id="looks"')[2].partition("</section>")[0]
