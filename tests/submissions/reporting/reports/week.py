"""A small week of work for the report tests, and the days that they read."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from submissions.core import clock
from submissions.models import Role, Source, Status, Submission, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.table import Report
from tests.factories import make_at, make_user, reload


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def days(back: int = 6) -> Window:
    today = timezone.localtime(clock.now()).date()
    return Window(today - timedelta(days=back), today)


def set_columns(submission: Submission, **columns: Any) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(**columns)
    return reload(submission)


def decided_here(reviewer: User, verdict: Status, *, took: timedelta, ago: timedelta = timedelta(0)) -> Submission:
    """Decide as a reviewer, with the times that a test needs."""
    at = clock.now() - ago
    columns: dict[str, Any] = {"source": Source.REVIEWER, "decided_by": reviewer, "decided_at": at}
    if verdict == Status.REJECTED:
        columns["reason_code"] = "own_policy"
    return set_columns(make_at(verdict), **columns, pending_at=at - took, target_at=at + timedelta(hours=1))


def texts(report: Report) -> list[list[str]]:
    return [[cell.text for cell in row] for row in report.rows]


def work() -> dict[str, User]:
    """Create a small week: decisions of two officers, the vendor and the clock; retries; a queue."""
    manager, one, two = make_user(Role.MANAGER), make_user(Role.OFFICER), make_user(Role.OFFICER)
    for hours in (1, 2, 3, 10):
        decided_here(one, Status.APPROVED, took=timedelta(hours=hours))
    decided_here(two, Status.APPROVED, took=timedelta(hours=5), ago=timedelta(days=1))
    decided_here(two, Status.REJECTED, took=timedelta(minutes=30))
    set_columns(make_at(Status.REJECTED), vendor_codes=["id_info_dataMismatch"])
    set_columns(make_at(Status.REJECTED), source=Source.TIMEOUT)
    late = decided_here(one, Status.APPROVED, took=timedelta(hours=30))
    set_columns(late, target_at=clock.now() - timedelta(hours=5), selfies_sent=3)
    make_at(Status.ABANDONED)
    make_at(Status.STEP1_RETRY)
    make_at(Status.INCOMPLETE)
    for waited in (0, 2, 30):
        since = clock.now() - timedelta(hours=waited)
        set_columns(make_at(Status.PENDING), pending_at=since, target_at=since + timedelta(hours=24))
    return {"manager": manager, "one": one, "two": two}
