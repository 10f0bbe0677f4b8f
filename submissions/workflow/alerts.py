"""Notify users about submissions that need attention, on the page and by an e-mail with the reference only."""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from submissions.core import clock, isolated_rows, letters
from submissions.core.vendor_text import named
from submissions.models import Alert, Role, Status, Submission, User
from submissions.models.alert import VENDOR_KEEPS
from submissions.models.submission import IN_REVIEW
from submissions.workflow import deadlines, messages
from submissions.workflow.permissions import can, visible_to

log = logging.getLogger(__name__)

BATCH = 200
MAIL_RETRY_FOR = timedelta(hours=1)

# Each kind of alert: its title, and what to do; both without personal data. `%(time)s` is when it is due.
SENTENCES = {
    "call_stuck": _lazy("Outcome unknown, action needed"),
    VENDOR_KEEPS: _lazy("ARGOS has not deleted its copy"),
    "liveform_expired": _lazy("Liveform link expired unused"),
    "customer_stuck": _lazy("Customer asks for help"),
    "customer_ready": _lazy("Customer has submitted, ready to send"),
    "overdue_without_word": _lazy("Past 24 h, no result from ARGOS"),
    "aml_hit": _lazy("Possible AML match, review needed"),
    "aml_overdue": _lazy("AML review past its due time"),
    "number_waiting": _lazy("Resident number still on a stored image"),
    "snooze_ended": _lazy("Snooze ended"),
    "escalated": _lazy("Escalated to you"),
    "escalation_ended": _lazy("Assigned to you after an escalation"),
    "deadline_240": _lazy("24-hour limit in 4 hours"),
    "deadline_60": _lazy("24-hour limit in 1 hour"),
    "deadline_15": _lazy("24-hour limit in 15 minutes"),
    "target_240": _lazy("Due in 4 hours"),
    "target_60": _lazy("Due in 1 hour"),
    "target_15": _lazy("Due in 15 minutes"),
    "target_passed": _lazy("Overdue"),
    "deadline_passed": _lazy("24-hour limit passed"),
}
PASSED = {"target": "target_passed", "deadline": "deadline_passed"}  # an alert that is read later says so
TASKS = {
    "call_stuck": _lazy("ARGOS has not confirmed a request. Resolve it manually."),
    VENDOR_KEEPS: _lazy(
        "The portal has deleted nothing yet. Request the deletion again, or delete the portal's data only."
    ),
    "liveform_expired": _lazy("Send the customer a new link, or close the submission."),
    "customer_stuck": _lazy("The submission shows where the customer is. Call them, or create a new link."),
    "customer_ready": _lazy("Check the images and values, then send the step."),
    "overdue_without_word": _lazy("The limit passed 6 hours ago. Check the ARGOS record."),
    "aml_hit": _lazy("ARGOS's screening reports a possible match. Do not tell the customer."),
    "aml_overdue": _lazy("The AML review is still undecided. Do not tell the customer."),
    "number_waiting": _lazy("Mark the number on the image, or state that the image shows none."),
    "snooze_ended": _lazy("The submission is in the queue again. Claim it to go on."),
    "escalated": _lazy("A reviewer asks you to take it, to assign it, or to send it back. Read the note."),
    "escalation_ended": _lazy("A manager has assigned the submission to you. Read the note, then claim it."),
    "deadline": _lazy("ARGOS accepts Step 2 until %(time)s."),
    "target": _lazy("The submission must be decided by %(time)s."),
}


def raise_due(batch: int = BATCH) -> int:
    """Create alerts for submissions whose next alert is due; return the number of submissions."""
    due = Submission.objects.filter(next_alert_at__lte=clock.now()).select_related("project", "team", "claimed_by")
    raised = isolated_rows.each(due.order_by("next_alert_at")[:batch], _raise, "an alert")
    send_mails()
    return raised


def _raise(submission: Submission) -> bool:
    seen = submission.next_alert_at
    due = submission.next_due_at
    following = deadlines.next_alert(due)
    with transaction.atomic():
        mine = Submission.objects.filter(pk=submission.pk, next_alert_at=seen)
        if not mine.update(next_alert_at=following):
            return False
        kind = _kind(submission, due)
        if kind:
            _replace_earlier(submission, kind)
            rows = [Alert(submission=submission, person=person, kind=kind, due_at=due) for person in people(submission)]
            Alert.objects.bulk_create(rows, ignore_conflicts=True)
            messages.announce_alert(submission, kind)
    return True


def _replace_earlier(submission: Submission, kind: str) -> None:
    """Mark unread alerts of the same countdown as seen: once the time has passed, all of them would read the same."""
    subject = kind.partition("_")[0]
    if subject in PASSED:
        earlier = Alert.objects.filter(submission=submission, kind__startswith=f"{subject}_", seen_at=None)
        earlier.update(seen_at=clock.now())


def notify(submission: Submission, kind: str, since: datetime | None, to: Iterable[User] | None = None) -> None:
    """Create an alert for the responsible users, or for `to`, once for each `since`, on the page and by e-mail.

    Raises:
        ValueError: the kind has no sentence.
    """
    if kind not in SENTENCES:
        raise ValueError(f"{kind}: not in SENTENCES")
    recipients = people(submission) if to is None else to
    rows = [Alert(submission=submission, person=person, kind=kind, due_at=since) for person in recipients]
    with transaction.atomic():
        is_new = not Alert.objects.filter(submission=submission, kind=kind, due_at=since).exists()
        Alert.objects.bulk_create(rows, ignore_conflicts=True)
        if is_new:
            messages.announce_alert(submission, kind)


def administrators() -> QuerySet[User]:
    """Return the administrators, who manage retention and see references only."""
    return User.objects.filter(is_active=True, role=Role.ADMINISTRATOR)


def _kind(submission: Submission, due: datetime | None) -> str:
    """Return the kind of alert: the smallest of 4 h, 1 h and 15 min that covers the remaining time."""
    if submission.status == Status.OVERDUE:
        return "overdue_without_word"
    if submission.status == Status.AT_LIVEFORM:
        return "" if submission.vendor_id else "liveform_expired"
    if due is None:
        return ""
    remaining = due - clock.now()
    subject = "target" if submission.status in IN_REVIEW else "deadline"
    covering = [before for before in deadlines.ALERTS if remaining <= before]
    return f"{subject}_{int(min(covering, default=deadlines.ALERTS[0]).total_seconds() // 60)}"


def people(submission: Submission) -> list[User]:
    """Return the users who must act, and the managers of the team (or all managers).

    During capture: the agents who captured it and are still in its team. In review: the claim holder, else every
    officer who may decide on it.
    """
    active = User.objects.people().filter(is_active=True)
    recipients: set[User] = set()
    if submission.status not in (*IN_REVIEW, Status.OVERDUE):
        capturers = active.filter(pk__in=submission.capturers.values("user_id"))
        recipients |= {capturer for capturer in capturers if can(capturer, submission, "see")}
    elif submission.claimed_by and submission.is_claimed:
        recipients |= {submission.claimed_by} if can(submission.claimed_by, submission, "see") else set()
    elif submission.status in IN_REVIEW:
        recipients |= {officer for officer in active.filter(role=Role.OFFICER) if can(officer, submission, "claim")}
    return sorted(recipients | managers_of(submission), key=lambda person: person.pk)


def managers_of(submission: Submission) -> set[User]:
    """Return the managers of the team, else those without a team, else all; without those who may not see it."""
    rows = User.objects.filter(is_active=True, role=Role.MANAGER)
    managers = {manager for manager in rows if can(manager, submission, "see")}
    of_team = {manager for manager in managers if manager.team_id == submission.team_id}
    return of_team or {manager for manager in managers if manager.team_id is None} or managers


def send_mails() -> int:
    """Send each user one e-mail about their new alerts; return how many were sent.

    A failed e-mail is retried for an hour; the page shows the alert anyway. Alerts are marked before the e-mail is
    sent, so that two workers never send it twice, and unmarked if sending fails.
    """
    now = clock.now()
    waiting = Alert.objects.filter(mailed_at=None, created_at__gte=now - MAIL_RETRY_FOR, person__is_active=True)
    rows = waiting.exclude(person__email="").select_related("submission__project", "person").order_by("pk")[:BATCH]
    by_person: dict[User, list[Alert]] = {}
    for alert in rows:
        if not can(alert.person, alert.submission, "see"):
            continue
        if Alert.objects.filter(pk=alert.pk, mailed_at=None).update(mailed_at=now):
            by_person.setdefault(alert.person, []).append(alert)
    return sum(_mail(person, alerts) for person, alerts in by_person.items())


def _mail(person: User, alerts: list[Alert]) -> bool:
    try:
        _message(person, alerts).send()
    except Exception as error:  # one bad address or row must not stop the e-mails of others
        log.warning("an alert mail did not leave and is tried again: %s", type(error).__name__)
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(mailed_at=None)
        return False
    return True


def _message(person: User, alerts: list[Alert]) -> EmailMultiAlternatives:
    """References, times and the portal's address; nothing about the customer."""
    language = person.language or settings.LANGUAGE_CODE
    with override(language):
        first = f"{alerts[0].submission.reference}: {text_of(alerts[0])}"
        if len(alerts) == 1:
            about = f"{first}{_at(alerts[0], person)}"
        else:
            about = _("%(first)s, and %(count)d more") % {"first": first, "count": len(alerts) - 1}
        parts = [_part(alert, person, language) for alert in alerts]
        return letters.compose(
            person.email, letters.product(about), parts, sender=_("KYC Portal"), why=_why(person, alerts)
        )


def _part(alert: Alert, person: User, language: str) -> letters.Part:
    title = f"{alert.submission.reference}: {text_of(alert)}"
    return letters.Part(title, _task(alert, person), language, url=_address(alert), action=_("Open submission"))


def _subject_of(alert: Alert) -> str:
    """What the alert counts down to: "deadline" or "target"; "" for another kind."""
    subject = alert.kind.partition("_")[0]
    return subject if subject in ("deadline", "target") and alert.due_at else ""


def _task(alert: Alert, person: User) -> list[str]:
    task = TASKS.get(_subject_of(alert) or alert.kind)
    due = letters.local_time(alert.due_at, person.zone) if alert.due_at else ""
    return [named(task, alert.submission.project.vendor_name) % {"time": due}] if task else []


def _at(alert: Alert, person: User) -> str:
    """The time that a subject repeats, with its zone: " (18:40 KST)"."""
    if not _subject_of(alert) or alert.due_at is None:
        return ""
    here = timezone.localtime(alert.due_at, person.zone)
    return f" ({here:%H:%M} {here.tzname()})"


def _why(person: User, alerts: list[Alert]) -> str:
    if all(alert.submission.claimed_by_id == person.pk for alert in alerts):
        return _("You receive this because you are the assignee.")
    reasons = {
        Role.AGENT: _("You receive this because you captured the submission."),
        Role.OFFICER: _("You receive this because you can decide the submission."),
        Role.MANAGER: _("You receive this because you manage the team of the submission."),
        Role.ADMINISTRATOR: _("You receive this because you are an administrator of the portal."),
    }
    return reasons[Role(person.role)]


def _address(alert: Alert) -> str:
    return settings.PUBLIC_URL + reverse(alert.page, args=[alert.submission_id])


def text_of(alert: Alert) -> str:
    return _sentence(alert, alert.kind)


def text_now(alert: Alert) -> str:
    """Return the text of a page that is read later than the alert was raised: its time may have passed."""
    is_past = alert.due_at is not None and alert.due_at <= clock.now()
    return _sentence(alert, PASSED.get(alert.kind.partition("_")[0], alert.kind) if is_past else alert.kind)


def _sentence(alert: Alert, kind: str) -> str:
    return named(SENTENCES.get(kind, kind), alert.submission.project.vendor_name)


SHOWN = ("kind", "due_at", "created_at", "submission__reference", "submission__project__vendor_name")


def unseen(person: User) -> list[Alert]:
    """Return the user's unseen alerts, newest first."""
    return list(_unseen(person).select_related("submission__project").only(*SHOWN)[:20])


def newest_unseen(person: User) -> int:
    """Return the key of the newest unseen alert; 0 if there is none."""
    return _unseen(person).values_list("pk", flat=True).first() or 0


def _unseen(person: User) -> "QuerySet[Alert]":
    """Leave out the alerts of submissions that the user may no longer see."""
    rows = Alert.objects.filter(person=person, seen_at=None, submission__in=visible_to(person))
    return rows.order_by("-created_at")


def mark_seen(person: User, shown: Collection[str]) -> None:
    """Mark the alerts that a page showed, by the ids it posts; later alerts stay unseen."""
    mine = Alert.objects.filter(person=person, seen_at=None)
    seen = [pk for pk in mine.values_list("pk", flat=True) if str(pk) in shown]
    Alert.objects.filter(pk__in=seen, seen_at=None).update(seen_at=clock.now())
