"""The spread of a project's recent scores by decision, and its reject reasons: counted by a task, read by a page.

A bounded number of the latest verdicts is counted, by an index, so the cost does not grow with the table.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from submissions.core import clock, isolated_rows
from submissions.models import Histogram, Project, Source, Status, Submission

LATEST = 500
BINS = 20
COLUMNS = {"face": "face_similarity", "liveness": "liveness"}
VERDICTS = (Status.APPROVED, Status.REJECTED)


def refresh() -> int:
    """Count again for every project; returns how many have something to show."""
    return isolated_rows.each(Project.objects.only("pk"), _refresh, "a histogram")


def _refresh(project: Project) -> bool:
    by_verdict = {verdict: _scores(project, verdict) for verdict in VERDICTS}
    bins = {
        name: {verdict.value: counted(row[column] for row in by_verdict[verdict]) for verdict in VERDICTS}
        for name, column in COLUMNS.items()
    }
    stored = {**bins, "reasons": _reasons(project)}
    Histogram.objects.update_or_create(project=project, defaults={"bins": stored, "computed_at": clock.now()})
    return any(by_verdict.values())


def _reasons(project: Project) -> list[str]:
    """Return the codes of the latest rejections by a reviewer, the most used first."""
    rows = Submission.objects.filter(project=project, status=Status.REJECTED).order_by("-decided_at")
    used = Counter(rows.values_list("reason_code", flat=True)[:LATEST])
    return [code for code, _many in used.most_common() if code]


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


def near(project: Project, column: str, score: float | None) -> tuple[int, int] | None:
    """Return how many of the recent decisions near a score approved, and how many there were; None for no decision.

    Near: the score's bin of five points and the two beside it.
    """
    bins = _stored(project).get(column, {})
    if score is None or not bins:
        return None
    at = min(BINS - 1, int(max(0, min(100, score)) * BINS / 100))
    approved, rejected = (sum(bins.get(verdict, [])[max(0, at - 1) : at + 2]) for verdict in VERDICTS)
    return (approved, approved + rejected) if approved + rejected else None


def most_used_reasons(project: Project) -> list[str]:
    """Return the codes of the project's recent rejections, the most used first."""
    return list(_stored(project).get("reasons", []))


def _stored(project: Project) -> dict[str, Any]:
    stored: Histogram | None = getattr(project, "histogram", None)  # none before the first refresh
    return stored.bins if stored else {}
