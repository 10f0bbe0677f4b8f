"""Sum the scores of each month's decisions once a day: reports read the sums, because the rows are too many."""

from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from submissions.core import clock
from submissions.models import MonthlyScores, Source, Submission
from submissions.models.submission import DECIDED
from submissions.quality.sampling import midnight


def refresh_daily() -> bool:
    """Sum again unless it was done today; return whether it was."""
    if MonthlyScores.objects.filter(computed_at__gte=midnight(clock.today())).exists():
        return False
    refresh()
    return True


def refresh() -> None:
    """Replace the sums. Decisions of the 24-hour limit are left out: they say nothing about a face."""
    decided = Submission.objects.filter(status__in=DECIDED).exclude(source=Source.TIMEOUT)
    by_month = decided.annotate(month=TruncMonth("decided_at", tzinfo=timezone.get_default_timezone()))
    sums = by_month.order_by().values("project_id", "team_id", "month", verdict=F("status"))
    rows = sums.annotate(
        face_count=Count("face_similarity"),
        face_sum=Coalesce(Sum("face_similarity"), 0.0),
        liveness_count=Count("liveness"),
        liveness_sum=Coalesce(Sum("liveness"), 0.0),
    )
    months = [MonthlyScores(**{**row, "month": row["month"].date()}) for row in rows]
    with transaction.atomic():
        MonthlyScores.objects.all().delete()
        MonthlyScores.objects.bulk_create(months)
