"""A date without a time is the same day in every time zone, from UTC-12 to UTC+14."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from submissions.audit import access_report
from submissions.core import clock
from submissions.models import Role, Status, Submission, User
from submissions.privacy import retention
from submissions.reporting.reports import date_range
from submissions.review.warnings import warnings_of
from submissions.search import filter_engine
from tests import factories

pytestmark = pytest.mark.django_db

ZONES = ["Etc/GMT+12", "America/New_York", "UTC", "Asia/Seoul", "Pacific/Kiritimati"]  # Etc/GMT+12 is UTC-12
HOURS = [0, 11, 23]
DAY = date(2024, 5, 2)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    settings.TIME_ZONE = request.param
    timezone.get_default_timezone.cache_clear()
    yield request.param
    timezone.get_default_timezone.cache_clear()


@pytest.fixture
def administrator(client: Client) -> User:
    user = factories.make_user(Role.ADMINISTRATOR)
    factories.sign_in(client, user)
    return user


@pytest.mark.parametrize("hour", HOURS)
def test_end_of_relationship_is_the_day_that_was_typed(
    client: Client, administrator: User, zone: str, hour: int
) -> None:
    submission = factories.make_at(Status.APPROVED)
    with time_machine.travel(datetime(2026, 3, 8, hour, 30, tzinfo=UTC), tick=False):
        factories.sign_in(client, administrator)
        reply = client.post(f"/retention/{submission.pk}/", {"action": "end", "on": DAY.isoformat()})
        assert reply.status_code == 302
        page = client.get(f"/retention/{submission.pk}/").content.decode()
    assert re.search(r"<dd>\s*2 May 2024\s*</dd>", page)
    assert f'value="{DAY.isoformat()}"' in page
    assert retention.ended_on(factories.reload(submission)) == DAY


def test_relationship_clock_ends_with_the_anniversary_in_the_portals_zone(zone: str) -> None:
    submission = factories.make_at(Status.APPROVED)
    retention.end_relationship(submission, DAY, by=factories.by(factories.make_user(Role.ADMINISTRATOR)))
    Submission.objects.filter(pk=submission.pk).update(decided_at=datetime(2020, 1, 1, tzinfo=UTC))
    here = timezone.get_default_timezone()
    last_minute = datetime(DAY.year + 5, DAY.month, DAY.day, 23, 59, tzinfo=here)
    next_day = datetime(DAY.year + 5, DAY.month, DAY.day + 1, 0, 0, tzinfo=here)
    assert [due.clock for due in retention.dry_run(last_minute)] == []
    assert [due.clock for due in retention.dry_run(next_day)] == ["approved"]


@pytest.mark.parametrize("on", ["1899-12-31", "2999-01-01", "0001-01-01", "9999-12-31", "2024-02-31", "٢٠٢٤-٠٥-٠٢x"])
def test_impossible_end_of_relationship_is_refused(client: Client, administrator: User, zone: str, on: str) -> None:
    submission = factories.make_at(Status.APPROVED)
    assert client.post(f"/retention/{submission.pk}/", {"action": "end", "on": on}).status_code == 422
    assert factories.reload(submission).relationship_ended_at is None


@pytest.mark.parametrize("hour", HOURS)
def test_expiry_is_judged_by_the_portals_day(zone: str, hour: int) -> None:
    with time_machine.travel(datetime(2026, 3, 8, hour, 30, tzinfo=UTC), tick=False):
        today = timezone.localtime(clock.now()).date()
        submission = factories.make_at(Status.PENDING, date_of_expiry=today.isoformat())
        codes = [warning.code for warning in warnings_of(submission, factories.make_user(Role.OFFICER))]
        assert clock.today() == today
    assert "expired_id" not in codes


@pytest.mark.parametrize("hour", HOURS)
def test_reports_and_lists_cut_days_in_the_portals_zone(zone: str, hour: int) -> None:
    with time_machine.travel(datetime(2026, 3, 8, hour, 30, tzinfo=UTC), tick=False):
        today = timezone.localtime(clock.now()).date()
        found = date_range.Window(today, today)
        assert found.start <= clock.now() < found.end
        assert filter_engine.start_of(today).astimezone(timezone.get_default_timezone()).date() == today
        start, end = access_report.bounds(today.replace(day=1))
        assert start <= clock.now() < end


@pytest.mark.parametrize("hour", HOURS)
def test_call_back_time_is_shown_as_it_was_typed(client: Client, zone: str, hour: int) -> None:
    agent = factories.make_user()
    client.force_login(agent)
    submission = factories.make_draft(agent)
    day = timezone.localtime(clock.now()).date().isoformat()
    typed = f"{day}T{hour:02}:30"
    client.post(
        f"/submissions/{submission.pk}/values/", {"action": "save", "callback_at": typed, "was_callback_at": ""}
    )
    assert f'value="{typed}"' in client.get(f"/submissions/{submission.pk}/").content.decode()
