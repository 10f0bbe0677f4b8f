"""The working hours of a project on its settings page: rows, refusals, the preview, and open reviews that follow."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from submissions.models import Event, Project, Role, Status
from submissions.models.calendar_settings import standard_week
from submissions.tasks import recompute_targets
from tests.clients import save_tab
from tests.factories import make_at, make_project, make_user, reload, sign_in

pytestmark = pytest.mark.django_db
SEOUL = ZoneInfo("Asia/Seoul")
FRIDAY = datetime(2026, 11, 27, 17, 30, tzinfo=SEOUL)
ON = {"counts_working_hours": "on"}


@pytest.fixture
def project() -> Project:
    return make_project(review_target_hours=4, pending_clock="stops", message_time_zone="Asia/Seoul")


@pytest.fixture
def admin() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def save(client: Client, project: Project, **typed: str) -> Any:
    return save_tab(client, project, "review", **typed)


def refused(client: Client, project: Project, **typed: str) -> str:
    reply = save(client, project, **typed)
    assert reply.status_code == 422
    assert not Event.objects.filter(kind="project_changed").exists()
    return str(reply.content.decode())


def test_switch_moves_the_due_time_of_open_reviews(admin: Client, project: Project) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        submission = make_at(Status.PENDING, project=project)
    assert save(admin, project, **ON).status_code == 302
    assert Event.objects.get(kind="project_changed").fields["changed"] == ["counts_working_hours"]
    assert recompute_targets() == 1
    assert reload(submission).target_at == datetime(2026, 11, 30, 12, 30, tzinfo=SEOUL)


def test_hours_holidays_and_days_are_stored_and_shown_again(admin: Client, project: Project) -> None:
    rows = {"working_hours-5-hours": "9:00–12:00", "working_hours-0-hours": "13:00-18:00, 09:00-12:00"}
    rows |= {"days_off-0-key": "2026-12-24", "days_off-0-value": "Christmas Eve"}
    rows |= {"working_days-0-key": "2026-12-26", "working_days-0-hours": "10:00-14:00", "working_days-0-name": "Sale"}
    assert save(admin, project, **ON, holiday_country="KOR", **rows).status_code == 302
    saved = Project.objects.get()
    assert saved.working_hours == ["09:00-12:00, 13:00-18:00", *["09:00-18:00"] * 4, "09:00-12:00", ""]
    assert saved.days_off == {"2026-12-24": "Christmas Eve"}
    assert saved.working_days == {"2026-12-26": {"hours": "10:00-14:00", "name": "Sale"}}
    assert saved.holiday_country == "KOR"
    changed = ["counts_working_hours", "holiday_country", "working_hours", "working_days", "days_off"]
    assert Event.objects.get(kind="project_changed").fields["changed"] == changed
    assert save(admin, project).status_code == 302
    assert Event.objects.filter(kind="project_changed").count() == 1  # the page sends back what it shows
    save(admin, project, **{"days_off-0-DELETE": "on", "working_days-0-DELETE": "on"})
    assert (Project.objects.get().days_off, Project.objects.get().working_days) == ({}, {})


@time_machine.travel(datetime(2026, 12, 18, 10, tzinfo=SEOUL))
def test_page_shows_the_next_ten_days(project: Project) -> None:
    admin = sign_in(Client(), make_user(Role.ADMINISTRATOR))
    save(admin, project, **ON, holiday_country="KOR")
    page = " ".join(admin.get(f"/settings/projects/{project.pk}/review/").content.decode().split())
    assert "Times in Asia/Seoul" in page
    days = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page)
    texts = [" ".join(" ".join(cells).split()) for cells in days]
    assert len(texts) == 10
    assert texts[0] == "Fri 18 Dec 09:00-18:00"
    assert texts[1] == "Sat 19 Dec Closed"
    assert texts[7] == "Fri 25 Dec Closed Christmas Day"
    assert "45 working hours in ten days." in page


def test_page_without_working_hours_says_that_targets_count_at_all_hours(admin: Client, project: Project) -> None:
    page = admin.get(f"/settings/projects/{project.pk}/review/").content.decode()
    assert "Targets count at all hours." in page
    assert 'value="09:00-18:00"' in page
    assert Project.objects.get().working_hours == standard_week()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"working_hours-2-hours": "22:00-06:00"}, "Enter 22:00-24:00 here and 00:00-06:00 on the next day."),
        ({f"working_hours-{day}-hours": "" for day in range(7)}, "Enter at least one working hour a week."),
        ({"working_hours-TOTAL_FORMS": "5"}, "Enter at least one working hour a week."),
        ({"days_off-0-key": "2026-12-24"}, "Enter a value."),
        ({"days_off-0-key": "24.12.", "days_off-0-value": "x"}, "Enter the date as YYYY-MM-DD."),
        ({"working_days-0-key": "2026-12-26", "working_days-0-name": "Sale"}, "Enter a value."),
        ({"holiday_country": "ZZZ"}, "Select a"),
        ({"review_target_hours": "721"}, "Enter at most 720."),
        (
            {f"days_off-{row}-key": "2026-12-24" for row in (0, 1)} | {f"days_off-{row}-value": "x" for row in (0, 1)},
            "Enter each row once. Twice: 2026-12-24",
        ),
    ],
)
def test_wrong_row_says_what_to_enter(admin: Client, project: Project, typed: dict[str, str], message: str) -> None:
    assert message in refused(admin, project, **ON, **typed)


def test_posted_weekday_is_not_trusted(admin: Client, project: Project) -> None:
    save(admin, project, **ON, **{"working_hours-0-key": "6", "working_hours-6-hours": "10:00-12:00"})
    assert Project.objects.get().working_hours == [*["09:00-18:00"] * 5, "", "10:00-12:00"]
