"""Tells people that a clock is near its end: in the page, and by an e-mail that names the reference only."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from submissions import clock, deadlines
from submissions.models import Alert, Role, Status, Submission, User
from submissions.models.submission import IN_REVIEW

BATCH = 200
MAIL_RETRY_FOR = timedelta(hours=1)


def raise_due(batch: int = BATCH) -> int:
    """Alerts for submissions whose next alert time has come; returns how many submissions."""
    due = Submission.objects.filter(next_alert_at__lte=clock.now()).select_related("project", "team", "claimed_by")
    raised = sum(_raise(submission) for submission in due.order_by("next_alert_at")[:batch])
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
            rows = [Alert(submission=submission, person=person, kind=kind, due_at=due) for person in people(submission)]
            Alert.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def _kind(submission: Submission, due: datetime | None) -> str:
    """Which alert it is: the smallest of 4 h, 1 h and 15 min that still covers the time left."""
    if submission.status == Status.OVERDUE:
        return "overdue_without_word"
    if due is None:
        return ""
    left = due - clock.now()
    subject = "target" if submission.status in IN_REVIEW else "deadline"
    covering = [before for before in deadlines.ALERTS if left <= before]
    return f"{subject}_{int(min(covering, default=deadlines.ALERTS[0]).total_seconds() // 60)}"


def people(submission: Submission) -> list[User]:
    """The agents who captured it while it is theirs, whoever holds its claim, and the managers of its team (or all)."""
    active = User.objects.filter(is_active=True)
    told: set[User] = set()
    if submission.status not in (*IN_REVIEW, Status.OVERDUE):
        told |= set(active.filter(pk__in=submission.capturers.values("user_id")))
    if submission.claimed_by and submission.is_claimed:
        told.add(submission.claimed_by)
    managers = active.filter(role=Role.MANAGER)
    told |= set(managers.filter(team=submission.team)) or set(managers.filter(team=None)) or set(managers)
    return sorted(told, key=lambda person: person.pk)


def send_mails() -> int:
    """Mail what has not been mailed; one that fails is tried again for an hour, the page shows it all the same."""
    now = clock.now()
    waiting = Alert.objects.filter(mailed_at=None, created_at__gte=now - MAIL_RETRY_FOR).exclude(person__email="")
    alerts = list(waiting.select_related("submission__project", "person")[:BATCH])
    if not alerts:
        return 0
    with get_connection(fail_silently=False) as connection:
        for alert in alerts:
            if Alert.objects.filter(pk=alert.pk, mailed_at=None).update(mailed_at=now):
                _mail(alert, connection)
    return len(alerts)


def _mail(alert: Alert, connection: object) -> None:
    with override(alert.person.language or settings.LANGUAGE_CODE):
        subject = f"{alert.submission.reference}: {text_of(alert)}"
        body = _("Open it in the portal: %(url)s") % {
            "url": f"{settings.PUBLIC_URL}/submissions/{alert.submission_id}/"
        }
        EmailMessage(subject, body, to=[alert.person.email], connection=connection).send()  # type: ignore[arg-type]


def text_of(alert: Alert) -> str:
    """The alert in a sentence without personal data."""
    texts = {
        "overdue_without_word": _("overdue for 6 hours and still no word from the vendor"),
        "deadline_240": _("the 24-hour limit is less than 4 hours away"),
        "deadline_60": _("the 24-hour limit is less than 1 hour away"),
        "deadline_15": _("the 24-hour limit is less than 15 minutes away"),
        "target_240": _("the review target is less than 4 hours away"),
        "target_60": _("the review target is less than 1 hour away"),
        "target_15": _("the review target is less than 15 minutes away"),
    }
    return texts.get(alert.kind, alert.kind)


def unseen(person: User) -> list[Alert]:
    rows = Alert.objects.filter(person=person, seen_at=None).select_related("submission__project")
    return list(rows.order_by("-created_at")[:20])


def mark_seen(person: User) -> None:
    Alert.objects.filter(person=person, seen_at=None).update(seen_at=clock.now())
