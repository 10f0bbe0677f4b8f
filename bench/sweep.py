"""Measure the deadline sweep: 1,000 expired submissions among a million open ones and among ten thousand.

The whole sweep with its writes is measured, then rolled back, so that every turn finds the same rows.
"""

from datetime import timedelta

from django.db import connection, transaction

from bench.databases import using
from bench.dataset import here
from bench.report import Report
from bench.size import IS_SMALL, LARGE, LITTLE
from bench.timing import milliseconds, summed_up
from submissions.core import clock
from submissions.models import Status, Submission
from submissions.outbox import deadline_sweep

TURNS = 2 if IS_SMALL else 7
DUE = 100 if IS_SMALL else 1_000
LIMIT = 1.3


def measure() -> int:
    report = Report(f"Deadline sweep: {DUE:,} due")
    times: dict[str, list[float]] = {here.OPEN_LARGE: [], here.OPEN_LITTLE: []}
    for _turn in range(TURNS + 1):
        for database, taken in times.items():
            with using(database):
                taken.append(_sweep())
    among_many, among_few = (summed_up(taken[1:]) for taken in times.values())
    report.compare(
        f"sweep: {DUE:,} due among {LARGE:,} open", among_many, f"among {LITTLE:,} open", among_few, at_most=LIMIT
    )
    return report.finish()


def _sweep() -> float:
    with transaction.atomic():
        _bring_near()
        taken = milliseconds(_until_nothing_is_due)
        closed = Submission.objects.filter(status=Status.ABANDONED).count()
        transaction.set_rollback(True)
    assert closed == DUE, closed
    return taken


def _bring_near() -> None:
    """Make rows all over the table due; the index alone tells which."""
    past = clock.now() - timedelta(minutes=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE submissions_submission SET deadline_at = %s WHERE id IN "
            "(SELECT id FROM submissions_submission ORDER BY id LIMIT %s)",
            [past, DUE],
        )


def _until_nothing_is_due() -> None:
    while deadline_sweep.sweep_deadlines():
        pass
