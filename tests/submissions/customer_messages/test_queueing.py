"""Which changes write a message, and when it is due."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from argos.replies import Retry
from submissions.capture import submit
from submissions.models import CustomerMessage, Event, Project, Status
from submissions.workflow.customer_queue import after_quiet_hours
from tests.factories import answer_step1, answer_step2, by, explain, make_at, make_draft, make_project, make_user

pytestmark = pytest.mark.django_db
SEOUL = ZoneInfo("Asia/Seoul")


def occasions() -> list[str]:
    return list(CustomerMessage.objects.order_by("created_at").values_list("occasion", flat=True))


@pytest.mark.parametrize(
    ("status", "occasion"),
    [
        (Status.STEP1_RETRY, "retry"),
        (Status.INCOMPLETE, "retry"),
        (Status.PENDING, "received"),
        (Status.APPROVED, "approved"),
        (Status.REJECTED, "rejected"),
    ],
)
def test_change_writes_the_selected_message(project: Project, status: Status, occasion: str) -> None:
    submission = make_at(status, project=project)
    row = CustomerMessage.objects.get()
    assert (row.submission, row.occasion, row.channel, row.language) == (submission, occasion, "email", "en")
    assert (row.state, row.created_by, row.content_sealed) == ("waiting", None, None)
    assert Event.objects.get(kind="customer_message_queued").fields["occasion"] == occasion


@pytest.mark.parametrize("status", [Status.STEP1_SENDING, Status.CONFIRMING, Status.STEP2_SENDING])
def test_other_changes_write_none(project: Project, status: Status) -> None:
    make_at(status, project=project)
    assert occasions() == []


def test_no_message_is_automatic_by_default() -> None:
    for status in (Status.INCOMPLETE, Status.PENDING, Status.APPROVED):
        make_at(status, project=make_project())
    assert occasions() == []


def test_each_retry_writes_a_message(project: Project) -> None:
    submission = make_at(Status.STEP1_RETRY, project=project)
    submit.send_step1(submission, by=by(submission.created_by), is_start_confirmed=True)
    submission = answer_step1(submission)
    explain(submission)
    submit.send_step2(submission, by=by(submission.created_by))
    answer_step2(submission, "incomplete", retry_count=1)
    assert occasions() == ["retry", "retry"]


def test_return_from_second_review_writes_no_second_receipt(project: Project) -> None:
    make_at(Status.SECOND_REVIEW, project=project)
    assert occasions() == ["received"]


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.REJECTED])
def test_portal_is_silent_where_argos_mails_the_customer(project: Project, status: Status) -> None:
    """The contract, section 15, item 7: ARGOS e-mails the applicant on approved, rejected and pending."""
    project.argos_mails_customers, project.automatic_messages = True, ["received", "approved", "rejected", "checked"]
    project.save()
    make_at(status, project=project)
    assert occasions() == []


def test_argos_mails_nothing_about_a_retry(project: Project) -> None:
    Project.objects.update(argos_mails_customers=True)
    make_at(Status.INCOMPLETE, project=Project.objects.get())
    assert occasions() == ["retry"]


def test_end_of_the_check_without_the_result(project: Project) -> None:
    project.automatic_messages = ["checked"]
    project.save()
    make_at(Status.APPROVED, project=project)
    make_at(Status.REJECTED, project=project)
    assert occasions() == ["checked", "checked"]


def test_result_is_written_once_where_both_are_selected(project: Project) -> None:
    project.automatic_messages = ["checked", "approved"]
    project.save()
    make_at(Status.APPROVED, project=project)
    assert occasions() == ["approved"]


def test_language_is_the_customers_else_the_projects(project: Project) -> None:
    project.customer_language = "ko"
    project.save()
    assert make_at(Status.STEP1_RETRY, project=project)
    draft = make_draft(make_user(), project)
    draft.customer_language = "en"
    draft.save()
    submit.send_step1(draft, by=by(draft.created_by), is_start_confirmed=True)
    answer_step1(draft, retries=(Retry("glare_detected", "Again."),), ocr={}, was_read=False)
    assert list(CustomerMessage.objects.order_by("created_at").values_list("language", flat=True)) == ["ko", "en"]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-30 12:00", "2026-11-30 12:00"),
        ("2026-11-30 20:59", "2026-11-30 20:59"),
        ("2026-11-30 21:00", "2026-12-01 08:00"),
        ("2026-12-01 00:30", "2026-12-01 08:00"),
        ("2026-12-01 07:59", "2026-12-01 08:00"),
        ("2026-12-01 08:00", "2026-12-01 08:00"),
    ],
)
def test_quiet_hours_of_the_project_across_midnight(now: str, due: str) -> None:
    project = make_project(message_time_zone="Asia/Seoul")
    moment = datetime.fromisoformat(now).replace(tzinfo=SEOUL)
    assert after_quiet_hours(project, moment) == datetime.fromisoformat(due).replace(tzinfo=SEOUL)


def test_quiet_hours_within_a_day() -> None:
    project = make_project(message_time_zone="Asia/Seoul", quiet_from=time(12), quiet_until=time(13))
    noon = datetime(2026, 11, 30, 12, 30, tzinfo=SEOUL)
    assert after_quiet_hours(project, noon) == noon.replace(hour=13, minute=0)
    assert after_quiet_hours(project, noon.replace(hour=13)) == noon.replace(hour=13)


def test_no_quiet_hours_where_both_times_are_equal() -> None:
    project = make_project(quiet_from=time(8), quiet_until=time(8))
    moment = datetime(2026, 11, 30, 3, tzinfo=SEOUL)
    assert after_quiet_hours(project, moment) == moment


def test_automatic_message_at_night_waits_until_the_morning(project: Project) -> None:
    project.quiet_from, project.quiet_until, project.message_time_zone = time(21), time(8), "Asia/Seoul"
    project.save()
    night = datetime(2026, 11, 30, 23, tzinfo=SEOUL)
    with time_machine.travel(night, tick=False):
        make_at(Status.STEP1_RETRY, project=project)
    assert CustomerMessage.objects.get().due_at == night + timedelta(hours=9)
