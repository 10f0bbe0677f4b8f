"""The current day: the portal's time zone decides what has expired, all zones on earth what is in the future."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from submissions.capture import submit
from submissions.core import clock
from submissions.models import Status
from submissions.review.warnings import warnings_of
from tests.factories import make_at, make_user

AFTERNOON = datetime(2026, 5, 3, 20, tzinfo=UTC)  # five in the morning of the fourth in Seoul, one in Los Angeles


@pytest.mark.parametrize(
    ("zone", "today"),
    [("UTC", date(2026, 5, 3)), ("Asia/Seoul", date(2026, 5, 4)), ("America/Los_Angeles", date(2026, 5, 3))],
)
def test_the_day_is_the_portals(settings: Any, zone: str, today: date) -> None:
    settings.TIME_ZONE = zone
    with time_machine.travel(AFTERNOON, tick=False):
        assert (clock.today(), clock.latest_day()) == (today, date(2026, 5, 4))


def test_west_of_utc_the_evening_is_still_today(settings: Any) -> None:
    settings.TIME_ZONE = "America/Los_Angeles"
    with time_machine.travel(datetime(2026, 5, 4, 3, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 5, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "dates", "codes"),
    [
        ("UTC", {"date_of_issue": "2026-05-04", "date_of_expiry": "2036-05-04"}, []),
        ("UTC", {"date_of_issue": "2026-05-05", "date_of_expiry": "2036-05-04"}, ["future"]),
        ("Asia/Seoul", {"date_of_expiry": "2026-05-03"}, ["expired"]),
        ("Asia/Seoul", {"date_of_expiry": "2026-05-04"}, []),
        ("America/Los_Angeles", {"date_of_expiry": "2026-05-03"}, []),
    ],
)
def test_an_id_is_judged_by_the_day_here_and_by_no_day_that_has_begun_elsewhere(
    settings: Any, zone: str, dates: dict[str, str], codes: list[str]
) -> None:
    settings.TIME_ZONE = zone
    with time_machine.travel(AFTERNOON):
        problems = submit.step2_problems(make_at(Status.CONFIRMING, **dates))
    assert [problem.code for problem in problems if problem.field in dates and problem.code != "changed"] == codes


@pytest.mark.django_db
@pytest.mark.parametrize(("expiry", "is_told"), [("2026-05-03", True), ("2026-05-04", False)])
def test_a_reviewer_is_told_of_an_id_that_has_expired_here(settings: Any, expiry: str, is_told: bool) -> None:
    settings.TIME_ZONE = "Asia/Seoul"
    with time_machine.travel(AFTERNOON):
        submission = make_at(Status.PENDING)
        submission.values = {**submission.values, "date_of_expiry": expiry}
        told = [warning.code for warning in warnings_of(submission, make_user())]
    assert ("expired_id" in told) == is_told
