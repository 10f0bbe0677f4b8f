"""Give each open check to an officer who may see the submission and neither captured nor judged it."""

from collections import Counter

from django.db import transaction
from django.db.models import Count

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import isolated_rows
from submissions.models import QualityCheck, User
from submissions.models.people import REVIEWERS
from submissions.workflow.permissions import can
from submissions.workflow.role_permissions import is_manager


def assign_open() -> int:
    """Assign the open checks that nobody can do now; return how many. Managers check only where no officer may."""
    rows = QualityCheck.objects.open().sampled().select_related("submission__project", "assigned_to")
    lost = [row for row in rows if row.assigned_to is None or not can(row.assigned_to, row.submission, "check_quality")]
    people = list(User.objects.filter(is_active=True, role__in=REVIEWERS).order_by("pk"))
    load = Counter(dict(rows.order_by().values_list("assigned_to").annotate(Count("pk"))))
    return isolated_rows.each(lost, lambda check: _assign(check, people, load), "a quality check")


def _assign(check: QualityCheck, people: list[User], load: Counter[int]) -> bool:
    """Assign the check to the person with the fewest open checks."""
    by_load = sorted(people, key=lambda person: (is_manager(person), load[person.pk]))
    to = next((person for person in by_load if can(person, check.submission, "check_quality")), None)
    if to == check.assigned_to:
        return False
    with transaction.atomic():
        if not QualityCheck.objects.filter(pk=check.pk, checked_at=None).update(assigned_to=to):
            return False
        fields = {"to": to.username if to else ""}
        events.record("quality_check_assigned", by=SYSTEM, submission=check.submission, fields=fields)
    if to is not None:
        load[to.pk] += 1
    return True
