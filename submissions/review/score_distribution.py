"""The spread of a project's recent scores, by verdict: brought up to date by a task, read by the review page.

A bounded number of the latest verdicts is counted, by an index, so the cost does not grow with the table.
"""

from collections.abc import Iterable
from typing import Any

from submissions.core import clock, isolated_rows
from submissions.models import Histogram, Project, Source, Status, Submission

LATEST = 500
BINS = 20
COLUMNS = {"face": "face_similarity", "liveness": "liveness"}
VERDICTS = (Status.APPROVED, Status.REJECTED)


def refresh() -> int:
    """Count anew for every project; returns how many have something to show."""
    return isolated_rows.each(Project.objects.only("pk"), _refresh, "a histogram")


def _refresh(project: Project) -> bool:
    by_verdict = {verdict: _scores(project, verdict) for verdict in VERDICTS}
    bins = {
        name: {verdict.value: counted(row[column] for row in by_verdict[verdict]) for verdict in VERDICTS}
        for name, column in COLUMNS.items()
    }
    Histogram.objects.update_or_create(project=project, defaults={"bins": bins, "computed_at": clock.now()})
    return any(by_verdict.values())


def _scores(project: Project, verdict: Status) -> list[dict[str, float | None]]:
    """Scores of the latest verdicts; those that the 24-hour limit made say nothing about a face."""
    rows = Submission.objects.filter(project=project, status=verdict).exclude(source=Source.TIMEOUT)
    return list(rows.order_by("-decided_at").values(*COLUMNS.values())[:LATEST])


def counted(scores: Iterable[float | None]) -> list[int]:
    """How many scores fall into each of the bins of 0 to 100; what lies beyond belongs to the first or the last."""
    bins = [0] * BINS
    for score in scores:
        if score is not None:
            bins[min(BINS - 1, int(max(0, min(100, score)) * BINS / 100))] += 1
    return bins


def chart_data(project: Project) -> dict[str, dict[str, Any]]:
    """For each score what is drawn: bar heights per verdict as shares of the highest, and how many were counted."""
    stored: Histogram | None = getattr(project, "histogram", None)  # none before the first refresh
    bins = stored.bins if stored else {}
    return {name: _drawn(bins.get(name, {})) for name in COLUMNS}


def _drawn(bins: dict[str, list[int]]) -> dict[str, Any]:
    highest = max((count for counts in bins.values() for count in counts), default=0)
    bars = {
        verdict: [(at, round(count / highest, 3)) for at, count in enumerate(counts) if count]
        for verdict, counts in bins.items()
        if highest
    }
    totals = {verdict: sum(counts) for verdict, counts in bins.items()}
    return {
        "approved": bars.get(Status.APPROVED, []),
        "rejected": bars.get(Status.REJECTED, []),
        "approvals": totals.get(Status.APPROVED, 0),
        "rejections": totals.get(Status.REJECTED, 0),
    }
