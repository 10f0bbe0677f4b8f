"""When an approved customer is verified again: planned with the approval, announced before the day.

The latest approval of a customer counts: it replaces the earlier ones of the same customer number and the submission
that it continues.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, encryption, isolated_rows, letters
from submissions.models import (
    CustomerRisk,
    MessageKind,
    NextCheck,
    Project,
    Role,
    SearchHash,
    Status,
    Submission,
    Team,
    User,
)
from submissions.models.next_check import counting
from submissions.workflow import messages, review_area

log = logging.getLogger(__name__)

BATCH = 200


def plan(submission: Submission) -> None:
    """Plan the next check of a submission that was just approved; call it in the transaction of the approval."""
    replaced = _earlier(submission)
    risk = max(
        (CustomerRisk(row.risk) for row in replaced), key=list(CustomerRisk).index, default=CustomerRisk.STANDARD
    )
    expires = _expires_month(submission)
    NextCheck.objects.create(
        submission=submission,
        project=submission.project,
        team=submission.team,
        risk=risk,
        id_expires_month=expires,
        due_on=_due_on(submission, risk, expires),
    )
    NextCheck.objects.filter(pk__in=[row.pk for row in replaced]).update(replaced_by=submission)


def _earlier(submission: Submission) -> list[NextCheck]:
    """Return the checks that this approval replaces."""
    same = Q(submission=submission.previous_id)
    if number := _value(submission, "customer_id"):
        digests = encryption.search_digests(SearchHash.CUSTOMER, encryption.normalise(number))
        holders = SearchHash.objects.filter(digest__in=digests, kind=SearchHash.CUSTOMER).values("submission")
        same |= Q(submission__in=holders)
    return list(NextCheck.objects.filter(counting(), same, project=submission.project).exclude(pk=submission.pk))


def _value(submission: Submission, name: str) -> str:
    try:
        return submission.values.get(name, "")
    except encryption.CannotOpen:
        return ""


def _expires_month(submission: Submission) -> date | None:
    """Return the first day of the month in which the ID expires; None where the ID has no such date."""
    try:
        return date.fromisoformat(_value(submission, "date_of_expiry")).replace(day=1)
    except ValueError:
        return None


def _due_on(submission: Submission, risk: str, expires: date | None) -> date:
    project: Project = submission.project
    decided = submission.decided_at or clock.now()
    due: date = timezone.localtime(decided).date() + relativedelta(years=getattr(project, f"check_years_{risk}"))
    return min(due, expires) if expires and project.checks_expired_ids else due


def set_risk(submission: Submission, risk: CustomerRisk, *, by: Actor, reason: str) -> date:
    """Change the customer's risk, and with it the day of the next check; return the day."""
    with transaction.atomic():
        check = NextCheck.objects.select_for_update().get(counting(), submission=submission)
        before, check.risk = check.risk, risk
        check.due_on = _due_on(submission, risk, check.id_expires_month)
        check.announced_at = None
        check.save(update_fields=["risk", "due_on", "announced_at"])
        fields = {"from": before, "to": risk, "due_on": check.due_on.isoformat()}
        events.record("risk_set", by=by, submission=submission, reason=reason, fields=fields)
    return check.due_on


def plan_missing(batch: int = BATCH) -> int:
    """Plan the checks of approvals that have none, oldest first; return how many: once, after an update."""
    rows = Submission.objects.filter(
        status=Status.APPROVED, next_check=None, erased_at=None, relationship_ended_at=None
    )
    planned = 0
    for submission in rows.select_related("project", "team").order_by("decided_at", "id")[:batch]:
        with transaction.atomic():
            mine = Submission.objects.select_for_update().filter(pk=submission.pk, erased_at=None)
            if mine.exists() and not NextCheck.objects.filter(pk=submission.pk).exists():
                plan(submission)
                planned += 1
    return planned


def announce_due() -> int:
    """Announce each check once, the project's reminder days before it is due; return how many."""
    announced: list[NextCheck] = []
    for project in Project.objects.order_by("name"):
        until = clock.today() + timedelta(days=project.check_reminder_days)
        due = NextCheck.objects.filter(counting(), project=project, announced_at=None, due_on__lte=until)
        rows = due.select_related("team").order_by("due_on")
        announced += [check for check in rows if isolated_rows.safely(_announce, check, "a next check")]
    for person in _managers() if announced else ():
        if by_team := Counter(check.team for check in announced if _concerns(person, check)):
            _mail(person, by_team)
    return len(announced)


def _announce(check: NextCheck) -> bool:
    with transaction.atomic():
        submission = Submission.objects.select_for_update(no_key=True).get(
            pk=check.pk
        )  # keeps the order of its messages
        if not NextCheck.objects.filter(pk=check.pk, announced_at=None).update(announced_at=clock.now()):
            return False
        messages.announce(submission, MessageKind.REVERIFICATION_DUE, next_check_on=check.due_on.isoformat())
    return True


def _managers() -> QuerySet[User]:
    return User.objects.people().filter(is_active=True, role=Role.MANAGER).exclude(email="")


def _concerns(manager: User, check: NextCheck) -> bool:
    return manager.team_id in (None, check.team_id) and review_area.contains(manager, check)


def _mail(person: User, by_team: Mapping[Team, int]) -> None:
    language = person.language or settings.LANGUAGE_CODE
    with override(language):
        many = sum(by_team.values())
        title = ngettext("%(count)d customer to verify again", "%(count)d customers to verify again", many)
        title %= {"count": many}
        texts = [f"{team.name}: {count}" for team, count in sorted(by_team.items(), key=lambda pair: pair[0].name)]
        url = settings.PUBLIC_URL + reverse("next_checks")
        why = _("You receive this because you manage the team of the submissions.")
        part = letters.Part(title, texts, language, url=url, action=_("Open the list"))
        mail = letters.compose(person.email, letters.product(title), [part], sender=_("KYC Portal"), why=why)
    try:
        mail.send()
    except Exception as error:  # the page and the menu show the same number
        log.warning("a re-verification mail was not sent: %s", type(error).__name__)


def end(submission: Submission) -> None:
    """Drop the plan: the relationship has ended, or the data is erased."""
    NextCheck.objects.filter(submission=submission).delete()
