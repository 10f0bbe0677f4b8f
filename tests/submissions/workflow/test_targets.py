"""Targets in working hours: at the start of a review, and for open reviews after a change of the settings."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.aml import reviews
from submissions.core import clock
from submissions.models import AmlReview, Call, Project, Status, Submission
from submissions.models.calendar_settings import standard_week
from submissions.models.project_choices import PendingClock
from submissions.workflow import deadlines, targets, working_hours
from submissions.workflow.working_hours import InvalidHours, read_hours, write_hours
from tests.factories import make_at, make_project, reload

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 17, 30, tzinfo=BERLIN)
MONDAY = datetime(2026, 11, 30, 12, 30, tzinfo=BERLIN)
FOUR_HOURS = {"review_target_hours": 4, "aml_review_target_hours": 4, "pending_clock": PendingClock.STOPS}
IN_HOURS = {"counts_working_hours": True, "message_time_zone": "Europe/Berlin", "holiday_country": "DEU"}


def make_pending(**settings: Any) -> Submission:
    with time_machine.travel(FRIDAY, tick=False):
        return make_at(Status.PENDING, project=make_project(**{**FOUR_HOURS, **settings}))


def change(project: Project, **settings: Any) -> int:
    """Change the settings as the page does, and run the job; return how many due times differ."""
    Project.objects.filter(pk=project.pk).update(**settings)
    targets.follow(project, settings.keys())
    return targets.recompute()


def test_four_hours_from_friday_evening_end_on_monday() -> None:
    assert make_pending(**IN_HOURS).target_at == MONDAY
    assert make_pending().target_at == FRIDAY + timedelta(hours=4)


def test_limit_of_argos_counts_at_all_hours_and_the_nearer_is_due() -> None:
    submission = make_pending(**IN_HOURS, pending_clock=PendingClock.COUNTS)
    assert submission.step1_started_at is not None
    limit = submission.step1_started_at + deadlines.RESULT_LIMIT - deadlines.MARGIN_WHILE_PENDING
    assert submission.target_at == limit
    assert submission.next_due_at == limit


def test_first_alert_precedes_the_same_moment() -> None:
    assert make_pending(**IN_HOURS).next_alert_at == MONDAY - timedelta(hours=4)


def test_worker_reads_the_calendar_with_the_call() -> None:
    make_pending(**IN_HOURS)
    call = Call.objects.with_what_is_sent()[0]
    with CaptureQueriesContext(connection) as queries:
        assert deadlines.review_target(call.submission.project, FRIDAY, None) == MONDAY
    assert len(queries) == 0


@time_machine.travel(FRIDAY + timedelta(minutes=1), tick=False)
def test_open_reviews_follow_the_settings() -> None:
    submission = make_pending()
    project = submission.project
    review = AmlReview.objects.create(
        submission=submission, opened_at=FRIDAY, target_at=FRIDAY, seen_result_at=FRIDAY, is_reminded=True
    )
    assert change(project, **IN_HOURS) == 2
    after = reload(submission)
    assert (after.target_at, after.next_alert_at) == (MONDAY, MONDAY - timedelta(hours=4))
    review.refresh_from_db()
    assert (review.target_at, review.is_reminded) == (MONDAY, False)
    assert change(project, review_target_hours=5) == 1
    assert reload(submission).target_at == MONDAY + timedelta(hours=1)
    assert change(project, days_off={"2026-11-30": "Move to the new office"}) == 2
    assert reload(submission).target_at == MONDAY + timedelta(days=1, hours=1)
    assert change(project, counts_working_hours=False) == 2
    assert reload(submission).target_at == FRIDAY + timedelta(hours=5)


def test_decided_submission_and_other_project_keep_their_due_time() -> None:
    decided, other = make_pending(), make_pending()
    Submission.objects.filter(pk=decided.pk).update(
        status=Status.APPROVED, source="vendor", decided_at=clock.now(), next_alert_at=None
    )
    assert change(decided.project, **IN_HOURS) == 0
    assert reload(decided).target_at == decided.target_at
    assert reload(decided).next_alert_at is None
    assert reload(other).target_at == other.target_at


def test_review_that_began_with_the_settings_of_before_follows_too() -> None:
    """A worker may read the settings before the change and write its due time after the first run of the job."""
    submission = make_pending()
    project = submission.project
    assert change(project, **IN_HOURS) == 1
    Submission.objects.filter(pk=submission.pk).update(target_at=FRIDAY)
    assert targets.recompute() == 1
    assert reload(submission).target_at == MONDAY
    with time_machine.travel(clock.now() + targets.FOLLOWED_FOR + timedelta(seconds=1)):
        assert targets.recompute() == 0
        assert Project.objects.get(pk=project.pk).targets_changed_at is None


def test_other_setting_moves_no_due_time() -> None:
    project = make_pending().project
    targets.follow(project, {"face_threshold"})
    assert Project.objects.get(pk=project.pk).targets_changed_at is None


def test_many_reviews_take_a_few_queries() -> None:
    project = make_pending().project
    for _number in range(3):
        make_at(Status.PENDING, project=project)
    Project.objects.filter(pk=project.pk).update(**IN_HOURS)
    targets.follow(project, IN_HOURS.keys())
    with CaptureQueriesContext(connection) as queries:
        assert targets.recompute() == 4
    assert len(queries) < 12


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("09:00-18:00", "09:00-18:00"),
        (" 9:00 – 18:00 ", "09:00-18:00"),
        ("13:00-18:00,09:00-12:00", "09:00-12:00, 13:00-18:00"),
        ("09:00-12:00, 12:00-13:00", "09:00-12:00, 12:00-13:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("0:00-0:00", "00:00-24:00"),
        ("18:00-00:00", "18:00-24:00"),
    ],
)
def test_hours_are_written_in_one_notation(typed: str, written: str) -> None:
    assert write_hours(read_hours(typed)) == written


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("22:00-06:00", "22:00-06:00 ends after midnight. Enter 22:00-24:00 here and 00:00-06:00 on the next day."),
        ("9-18", "Enter hours such as 09:00-18:00"),
        ("09:00-25:00", "Enter hours such as 09:00-18:00"),
        ("09:00-24:30", "Enter hours such as 09:00-18:00"),
        ("24:00-24:00", "Enter hours such as 09:00-18:00"),
        ("09:00-09:00", "Enter hours such as 09:00-18:00"),
        ("09:60-18:00", "Enter hours such as 09:00-18:00"),
        ("closed", "Enter hours such as 09:00-18:00"),
        ("09:00-13:00, 12:00-18:00", "These periods overlap."),
    ],
)
def test_wrong_hours_say_what_to_enter(typed: str, message: str) -> None:
    with pytest.raises(InvalidHours) as refused:
        read_hours(typed)
    assert message in str(refused.value)


@time_machine.travel(datetime(2026, 12, 18, 23, 30, tzinfo=BERLIN), tick=False)
def test_next_days_name_what_is_closed() -> None:
    own = {"hours": "10:00-12:00", "name": "Stocktaking"}
    project = Project(**IN_HOURS, days_off={"2026-12-24": "Christmas Eve"}, working_days={"2026-12-19": own})
    shown = working_hours.preview(project)
    assert shown is not None
    assert [(day.date.day, day.hours, day.name) for day in shown.days] == [
        (18, "09:00-18:00", ""),
        (19, "10:00-12:00", "Stocktaking"),
        (20, "", ""),
        *((day, "09:00-18:00", "") for day in (21, 22, 23)),
        (24, "", "Christmas Eve"),
        (25, "", "Christmas Day"),
        (26, "", "Second Day of Christmas"),
        (27, "", ""),
    ]
    assert shown.hours == 4 * 9 + 2


def test_default_of_a_project_is_all_hours_with_a_week_to_start_from() -> None:
    assert (Project().counts_working_hours, Project().working_hours) == (False, standard_week())
    assert working_hours.preview(Project()) is None
    assert reviews.target_after(Project(), FRIDAY, 4) == FRIDAY + timedelta(hours=4)
