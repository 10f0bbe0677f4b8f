"""Draw each project's weekly sample of decisions. An auditor can repeat a draw: it depends on rows and the seed only.

Within each officer and verdict, the decisions with the lowest SHA-256 of "seed:id" are drawn.
"""

import hashlib
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock, isolated_rows
from submissions.models import Project, QualityCheck, QualitySample, Source, Submission

WEEK = timedelta(days=7)


class Decided(NamedTuple):
    """One decision of the population: submission, officer, verdict."""

    pk: uuid.UUID
    officer: int
    verdict: str


def last_week() -> date:
    """Return the Monday of the last complete week in the portal's time zone."""
    today = clock.today()
    return today - timedelta(days=today.weekday()) - WEEK


def midnight(day: date) -> datetime:
    """Return the first moment of the day in the portal's time zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def population(project: Project, week: date) -> list[Decided]:
    """Return the decisions that people made in the week. Erased submissions count, so that a draw can be repeated."""
    days = {"decided_at__gte": midnight(week), "decided_at__lt": midnight(week + WEEK)}
    rows = Submission.objects.filter(project=project, source=Source.REVIEWER, **days)
    return [Decided(*row) for row in rows.values_list("pk", "decided_by", "status")]


def draw(rows: Iterable[Decided], share: int, seed: str) -> set[uuid.UUID]:
    """Return the drawn submissions: `share` percent of each officer's approvals and rejections, at least one each."""
    strata: dict[int, dict[str, list[Decided]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        strata[row.officer][row.verdict].append(row)
    drawn: set[uuid.UUID] = set()
    for verdicts in strata.values():
        chosen = [row for group in verdicts.values() for row in _first(group, _size(len(group), share), seed)]
        everything = [row for group in verdicts.values() for row in group]
        drawn.update(row.pk for row in chosen or _first(everything, 1, seed))
    return drawn


def _size(population: int, share: int) -> int:
    """Return the share, rounded half up."""
    return (population * share + 50) // 100


def _first(rows: list[Decided], number: int, seed: str) -> list[Decided]:
    return sorted(rows, key=lambda row: hashlib.sha256(f"{seed}:{row.pk}".encode()).digest())[:number]


def draw_due() -> int:
    """Draw last week's sample of each project that checks decisions and has none yet; return how many."""
    drawn = QualitySample.objects.filter(week=last_week()).values("project")
    projects = Project.objects.filter(quality_share__gt=0).exclude(pk__in=drawn)
    return isolated_rows.each(projects, _draw, "a quality sample")


def _draw(project: Project) -> bool:
    week, seed = last_week(), secrets.token_hex(16)
    rows = population(project, week)
    drawn = draw(rows, project.quality_share, seed)
    with transaction.atomic():
        sample = QualitySample.objects.create(
            project=project, week=week, share=project.quality_share, seed=seed, population=len(rows)
        )
        checks = [
            QualityCheck(
                submission=submission,
                sample=sample,
                officer=submission.decided_by,
                expected_verdict=submission.status,
                expected_reason=submission.reason_code,
            )
            for submission in Submission.objects.filter(pk__in=drawn, erased_at=None).select_related("decided_by")
        ]
        QualityCheck.objects.bulk_create(checks)
        fields = {"project": project.name, "week": week.isoformat(), "share": sample.share, "seed": seed}
        events.record("quality_sample_drawn", by=SYSTEM, fields={**fields, "of": len(rows), "drawn": len(drawn)})
        events.record_each("quality_check_drawn", by=SYSTEM, fields=[(check.submission, {}) for check in checks])
    return True
