"""Assign pending submissions to the officers on duty, and take them back on the first day off.

Who may decide one is asked with the rule of claiming, `permissions.can(officer, submission, "claim")`.
"""

import uuid
from collections import Counter
from datetime import date

from django.db import transaction
from django.db.models import Q

from submissions.audit import events
from submissions.core import clock, isolated_rows
from submissions.models import DaysOff, Project, Reviewer, Role, Submission, User
from submissions.models.submission import SubmissionQuerySet
from submissions.workflow.permissions import can

# Why no officer was found, in the order in which they are looked for.
OFF, FULL, SKILL, BARRED = "off", "full", "skill", "barred"

READ = (
    *("reference", "status", "project", "team", "issuing_country", "customer_language"),
    *("escalated_at", "erased_at", "claimed_by", "claimed_until"),
)


def on_duty(day: date) -> list[User]:
    """Return the officers without a day off."""
    off = DaysOff.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return list(
        User.objects.filter(is_active=True, role=Role.OFFICER).exclude(pk__in=off.values("person")).order_by("pk")
    )


def unassigned() -> SubmissionQuerySet:
    now = clock.now()
    rows: SubmissionQuerySet = Submission.objects.awaiting_review().unclaimed(now).unsnoozed(now)
    return rows.filter(assigned_to=None, escalated_at=None)


def run() -> int:
    """Return assignments of officers who are off, then assign; return how many were assigned.

    One transaction holds the rows of all such projects: a second worker waits and finds what the first one assigned.
    """
    with transaction.atomic():
        automatic = Project.objects.filter(assigns_automatically=True, reviewer=Reviewer.CLIENT).order_by("pk")
        projects = {project.pk: project for project in automatic.select_for_update(no_key=True)}
        if not projects:
            return 0
        isolated_rows.each(_days_off_to_return(), _return_assignments, "a day off")
        officers = on_duty(clock.local_today())
        open_ones = _open_by_officer()
        left: dict[uuid.UUID, Counter[str]] = {pk: Counter() for pk in projects}
        assigned = 0
        rows = unassigned().filter(project__in=projects).only(*READ).order_by("target_at", "id")
        for submission in rows.iterator(chunk_size=200):
            submission.project = project = projects[submission.project_id]
            officer, why = _choose(submission, project, officers, open_ones)
            if officer is None:
                left[project.pk][why] += 1
            elif _assign(submission, officer):
                open_ones[officer.pk] += 1
                assigned += 1
        for pk, counts in left.items():
            Project.objects.filter(pk=pk).exclude(unassigned=dict(counts)).update(unassigned=dict(counts))
    return assigned


def _open_by_officer() -> Counter[int]:
    """Count the submissions in review that an officer has claimed, or is assigned to and nobody has claimed."""
    now = clock.now()
    counts: Counter[int] = Counter()
    held = Submission.objects.awaiting_review().filter(Q(assigned_to__isnull=False) | Q(claimed_until__gte=now))
    for assigned_to, claimed_by, until in held.values_list("assigned_to", "claimed_by", "claimed_until"):
        counts.update({person for person in (assigned_to, claimed_by if until and until >= now else None) if person})
    return counts


def _choose(
    submission: Submission, project: Project, officers: list[User], open_ones: Counter[int]
) -> tuple[User | None, str]:
    """Return the officer with the fewest open submissions who may decide it, else None and why."""
    if not officers:
        return None, OFF
    free = [officer for officer in officers if open_ones[officer.pk] < project.assigned_at_most]
    if not free:
        return None, FULL
    skilled = [officer for officer in free if not project.assigns_by_skill or _has_skill(officer, submission)]
    if not skilled:
        return None, SKILL
    by_load = sorted(skilled, key=lambda officer: (open_ones[officer.pk], officer.pk))
    return next((officer for officer in by_load if can(officer, submission, "claim")), None), BARRED


def _has_skill(officer: User, submission: Submission) -> bool:
    language = submission.customer_language
    return submission.issuing_country in officer.skill_countries and (
        not language or language in officer.skill_languages
    )


def _assign(submission: Submission, officer: User) -> bool:
    """Assign it unless somebody has claimed, assigned, snoozed or escalated it since it was read."""
    if not unassigned().filter(pk=submission.pk).update(assigned_to=officer, given_by=None):
        return False
    events.record(
        "assigned", by=events.SYSTEM, submission=submission, purpose="automatic", fields={"to": officer.username}
    )
    return True


def _days_off_to_return() -> list[DaysOff]:
    today = clock.local_today()
    due = DaysOff.objects.filter(starts_on__lte=today, ends_on__gte=today, returned_at=None)
    return list(due.select_related("person"))


def _return_assignments(days: DaysOff) -> bool:
    """Take the person's unclaimed assignments back, once for these days off; what a manager assigns later stays."""
    now = clock.now()
    with transaction.atomic():
        rows = (
            Submission.objects.awaiting_review()
            .unclaimed(now)
            .filter(assigned_to=days.person, project__assigns_automatically=True, project__reviewer=Reviewer.CLIENT)
        )
        for submission in rows.select_for_update(of=("self",)):
            if rows.filter(pk=submission.pk).update(assigned_to=None, given_by=None):
                fields = {"from": days.person.username}
                events.record("assignment_returned", by=events.SYSTEM, submission=submission, fields=fields)
        DaysOff.objects.filter(pk=days.pk).update(returned_at=now)
    return True
