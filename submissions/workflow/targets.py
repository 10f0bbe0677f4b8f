"""Recompute the due times of open reviews after a change of their project's targets or working hours.

A due time is a stored column, because the queue sorts by it. It is computed when the review begins; here it follows the
settings.
"""

from collections.abc import Callable, Set
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from submissions.core import clock, task_queue
from submissions.models import AmlReview, Project, Submission
from submissions.workflow import deadlines
from submissions.workflow.working_hours import target_after

SETTINGS = {
    *("review_target_hours", "aml_review_target_hours", "pending_clock", "message_time_zone"),
    *("counts_working_hours", "holiday_country", "working_hours", "days_off", "working_days"),
}
BATCH = 500
# Longer than a transaction that read the settings before the change and writes a due time after it.
FOLLOWED_FOR = timedelta(minutes=5)


def follow(project: Project, changed: Set[str]) -> None:
    """Let open reviews follow the project's changed settings; call it in the transaction that saves them."""
    if changed & SETTINGS:
        Project.objects.filter(pk=project.pk).update(targets_changed_at=clock.now())
        task_queue.after_commit(task_queue.RECOMPUTE)


def recompute() -> int:
    """Recompute the due times of the projects whose settings changed; return how many differ now."""
    changed = 0
    started = clock.now()
    for project in Project.objects.filter(targets_changed_at__isnull=False).order_by("targets_changed_at"):
        changed += _submissions(project) + _aml_reviews(project)
    Project.objects.filter(targets_changed_at__lt=started - FOLLOWED_FOR).update(targets_changed_at=None)
    return changed


def _submissions(project: Project) -> int:
    def change(row: Submission) -> bool:
        assert row.pending_at is not None
        before, row.target_at = row.target_at, deadlines.review_target(project, row.pending_at, row.step1_started_at)
        row.next_alert_at = deadlines.next_alert(row.target_at)
        return row.target_at != before

    rows = Submission.objects.awaiting_review().filter(project=project, pending_at__isnull=False)
    return _each(rows.only("pending_at", "step1_started_at", "target_at"), ["target_at", "next_alert_at"], change)


def _aml_reviews(project: Project) -> int:
    def change(row: AmlReview) -> bool:
        before = row.target_at
        row.target_at = target_after(project, row.opened_at, project.aml_review_target_hours)
        row.is_reminded = row.is_reminded and row.target_at < clock.now()
        return row.target_at != before

    rows = AmlReview.objects.waiting().filter(submission__project=project)
    return _each(rows, ["target_at", "is_reminded"], change)


def _each(rows: "QuerySet[Any]", columns: list[str], change: Callable[[Any], bool]) -> int:
    """Change rows in batches; return how many changed. The next run finds rows that another transaction holds."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    changed = 0
    for at in range(0, len(pks), BATCH):
        with transaction.atomic():
            locked = rows.filter(pk__in=pks[at : at + BATCH]).select_for_update(
                skip_locked=True, of=("self",), no_key=True
            )
            batch = [row for row in locked if change(row)]
            rows.model.objects.bulk_update(batch, columns)
        changed += len(batch)
    return changed
