"""Measure the report on quality checks and the forecast of next checks among a million submissions.

The report reads the checks and the monthly sums only, the forecast its own table.
"""

from datetime import timedelta
from itertools import cycle

from django.db import connection, transaction
from django.test import Client

from bench import pages
from bench.report import Report
from bench.size import IS_SMALL, LARGE
from bench.timing import milliseconds, turn_by_turn
from submissions.core import clock
from submissions.models import NextCheck, QualityCheck, Role, Source, Submission, User, Verdict
from submissions.quality import drift, sampling
from submissions.reporting.next_checks import MONTHS, month_after

TURNS = 3 if IS_SMALL else 25
CHECKS = 200 if IS_SMALL else 5_000  # a quarter of a desk that decides a thousand a day and checks five percent
PAGE_MS = 300


def measure() -> int:
    """Measure in a transaction that is rolled back: the database is kept for the other benchmarks."""
    report = Report(f"Quality checks among {LARGE:,} submissions")
    with transaction.atomic():
        _record_checks()
        report.add("quality: scores of all months summed", milliseconds(drift.refresh) / 1000, "s")
        project, week = Submission.objects.filter(source=Source.REVIEWER)[0].project, sampling.last_week()
        report.add(
            "quality: a week of one project read", milliseconds(lambda: sampling.population(project, week)), "ms"
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE submissions_qualitycheck, submissions_monthlyscores")
        manager = User.objects.filter(role=Role.MANAGER).order_by("pk")[0]
        client = pages.signed_in(manager)
        [page] = turn_by_turn(lambda: pages.get(client, "/reports/?tab=checks&days=90"), turns=TURNS)
        report.add("quality: report of 90 days", page.median, "ms", at_most=PAGE_MS, spread=page.spread)
        _report_forecast(report, client)
        transaction.set_rollback(True)
    return report.finish()


def _report_forecast(report: Report, client: Client) -> None:
    report.add("forecast: next checks", NextCheck.objects.count(), "")
    last = month_after(clock.today().replace(day=1), MONTHS - 1)
    for name, query in (("passed and next", ""), ("a month", f"?month={last:%Y-%m}")):
        [page] = turn_by_turn(lambda query=query: pages.get(client, f"/re-verification/{query}"), turns=TURNS)
        report.add(f"forecast: {name}", page.median, "ms", at_most=PAGE_MS, spread=page.spread)


def _record_checks() -> None:
    """Record checks of the newest decisions, of which every tenth disagrees."""
    people = cycle(User.objects.filter(role=Role.OFFICER).order_by("pk"))
    decided = Submission.objects.filter(source=Source.REVIEWER).order_by("-decided_at").select_related("decided_by")
    now = clock.now()
    QualityCheck.objects.bulk_create(
        QualityCheck(
            submission=submission,
            officer=submission.decided_by,
            expected_verdict=submission.status,
            expected_reason=submission.reason_code,
            assigned_to=next(people),
            verdict=submission.status if place % 10 else _other(submission.status),
            reason_code=submission.reason_code if place % 10 else "",
            is_agreed=bool(place % 10),
            checked_at=now - timedelta(minutes=25 * place),
        )
        for place, submission in enumerate(decided[:CHECKS])
    )


def _other(verdict: str) -> Verdict:
    return Verdict.REJECTED if verdict == Verdict.APPROVED else Verdict.APPROVED
