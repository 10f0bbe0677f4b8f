"""What the next shift must know: claims, what runs out before it begins, unknown calls, open questions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from submissions.core import clock
from submissions.models import Call, CallState, Question, Submission, User
from submissions.models.submission import UNDER_DEADLINE, SubmissionQuerySet
from submissions.workflow.permissions import visible_to

SHOWN = 100
DEFAULT_AHEAD = timedelta(hours=8)


@dataclass(frozen=True)
class Handover:
    claimed: list[Submission]
    running_out: list[Submission]
    unknown: list[Call]
    questions: list[Question]

    @property
    def submissions(self) -> list[Submission]:
        """Everything whose customer's name the list shows."""
        return [*self.claimed, *self.running_out, *(question.submission for question in self.questions)]


def next_shift(text: str) -> datetime | None:
    """Return when the next shift begins: the coming HH:MM, in 8 hours without a text; None where it is no time."""
    now = timezone.localtime(clock.now())
    if not text:
        return (now + DEFAULT_AHEAD).replace(minute=0, second=0, microsecond=0)
    try:
        wanted = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        return None
    coming = now.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return coming if coming > now else coming + timedelta(days=1)


def gather(user: User, until: datetime) -> Handover:
    """What this person may see of it, the most urgent first."""
    rows = visible_to(user).for_review("claimed_by")
    return Handover(
        claimed=list(_claimed(rows)[:SHOWN]),
        running_out=list(_running_out(rows, until)[:SHOWN]),
        unknown=list(_unknown(user)[:SHOWN]),
        questions=_questions(user),
    )


def _claimed(rows: SubmissionQuerySet) -> SubmissionQuerySet:
    return rows.filter(claimed_by__isnull=False, claimed_until__gte=clock.now()).order_by(
        "claimed_by__name", "target_at"
    )


def _running_out(rows: SubmissionQuerySet, until: datetime) -> SubmissionQuerySet:
    """By the vendor's 24 hours while it is captured, by the target while it waits for a verdict."""
    waiting = rows.awaiting_review().filter(target_at__lte=until)
    captured = rows.filter(status__in=UNDER_DEADLINE, deadline_at__lte=until)
    pks = [*waiting.values_list("pk", flat=True)[:SHOWN], *captured.values_list("pk", flat=True)[:SHOWN]]
    return rows.filter(pk__in=pks).order_by("deadline_at", "target_at")


def _unknown(user: User) -> "QuerySet[Call]":
    calls: QuerySet[Call] = Call.objects.filter(state=CallState.UNKNOWN, submission__in=visible_to(user))
    return calls.select_related("submission").order_by("sent_at")


def _questions(user: User) -> list[Question]:
    """Asked of the agents and not answered yet."""
    asked: QuerySet[Question] = Question.objects.open().filter(submission__in=visible_to(user))
    related = asked.select_related("asked_by", "submission__project", "submission__team")
    return list(related.order_by("asked_at")[:SHOWN])
