"""An agent's to-do list by due time: questions, retries, details to confirm, invitations, calls, outcomes, drafts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from submissions.capture import callbacks
from submissions.core import clock
from submissions.models import Image, Invitation, Status, Submission, User
from submissions.models.submission import SENDING, UNDER_DEADLINE, SubmissionQuerySet
from submissions.review import questions
from submissions.workflow.permissions import visible_to

SHOWN = 50  # rows of each kind
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
KINDS: dict[str, Any] = {
    "questions": gettext_lazy("Questions"),
    "retries": gettext_lazy("Retries"),
    "confirm": pgettext_lazy("to-do", "Confirm"),
    "submitted": pgettext_lazy("to-do", "Submitted"),
    "calls": pgettext_lazy("to-do", "Calls"),
    "outcomes": gettext_lazy("Outcomes"),
    "numbers": gettext_lazy("Resident numbers"),
    "drafts": gettext_lazy("Drafts"),
}


@dataclass(frozen=True)
class Task:
    """One row. `post`: the URL that a button posts to; without it the action is a link to the submission."""

    kind: str
    submission: Submission
    title: str
    icon: str
    tone: str
    action: str
    due_at: datetime | None = None
    post: str = ""
    has_limit: bool = False
    page: str = ""  # instead of the submission's

    @property
    def url(self) -> str:
        return self.page or reverse("submission", args=[self.submission.pk])


def of(user: User, to_redact: "QuerySet[Image] | tuple[()]") -> list[Task]:
    """Return the user's tasks by due time, those without one last."""
    found = [
        *(task for row in _rows(user) for task in _tasks(row)),
        *(_number(image) for image in to_redact[:SHOWN]),
    ]
    return sorted(found, key=lambda task: (task.due_at or NEVER, list(KINDS).index(task.kind)))


def _rows(user: User) -> SubmissionQuerySet:
    """Return the submissions of every kind of task in one query, with the kinds of each as columns."""
    sent = Invitation.objects.standing().filter(submission=OuterRef("pk"), submitted_at__isnull=False)
    under_limit = Q(status__in=set(UNDER_DEADLINE) - set(SENDING), deadline_at__isnull=False)
    kinds = {
        "is_asked": (questions.waits_for_answer(), "target_at"),
        "is_captured": (under_limit, "deadline_at"),
        "is_call_due": (callbacks.is_due(), "callback_at"),
        "is_outcome": (callbacks.is_to_pass_on(user), "-decided_at"),
        "is_submitted": (Q(Exists(sent), status=Status.DRAFT), "-created_at"),
        "is_draft": (Q(~Exists(sent), status=Status.DRAFT), "-created_at"),
    }
    first = [visible_to(user).filter(kind).order_by(order)[:SHOWN] for kind, order in kinds.values()]
    # SQLite refuses a limit within a union; a condition may have one.
    one, *others = (Submission.objects.filter(pk__in=rows.values("pk")).order_by().values("pk") for rows in first)
    columns = {name: ExpressionWrapper(kind, BooleanField()) for name, (kind, _order) in kinds.items()}
    rows: SubmissionQuerySet = Submission.objects.for_row().filter(pk__in=one.union(*others)).annotate(**columns)
    return rows.order_by("-created_at")


def _tasks(row: Any) -> Iterator[Task]:
    return (make(row) for kind, make in MAKE.items() if getattr(row, kind))


def chips(tasks: Iterable[Task]) -> list[tuple[str, Any, int]]:
    """Return (kind, label, count) of the present kinds."""
    counted = Counter(task.kind for task in tasks)
    return [(kind, label, counted[kind]) for kind, label in KINDS.items() if counted[kind]]


def _question(row: Submission) -> Task:
    title, icon = _("Question from the reviewer"), "message-circle-question"
    return Task("questions", row, title, icon, "warn", _("Answer"), row.next_due_at, has_limit=True)


def _capture(row: Submission) -> Task:
    if row.status == Status.STEP1_RETRY:
        words = ("retries", row, _("ID retry needed"), "id", "bad", _("Retake ID"))
    elif row.status == Status.INCOMPLETE:
        is_final = row.tries_left == 1
        title = _("Selfie retry needed, final attempt") if is_final else _("Selfie retry needed")
        words = ("retries", row, title, "camera", "bad", _("Take selfie"))
    else:
        words = ("confirm", row, _("Confirm details with the customer"), "user-check", "info", _("Confirm"))
    return Task(*words, due_at=row.next_due_at, has_limit=True)


def _submitted(row: Submission) -> Task:
    return Task("submitted", row, _("Customer submitted on the phone"), "device-mobile", "info", _("Check and send"))


def _call(row: Submission) -> Task:
    is_late = row.callback_at is not None and row.callback_at < clock.now()
    title = _("Call the customer back now") if is_late else _("Call the customer back")
    post = reverse("called_back", args=[row.pk])
    return Task("calls", row, title, "device-mobile", "info", _("Mark as called"), row.callback_at, post)


def _outcome(row: Submission) -> Task:
    post, action = reverse("passed_on", args=[row.pk]), _("Mark as communicated")
    if row.status == Status.APPROVED:
        return Task("outcomes", row, _("Tell the customer: approved"), "circle-check", "ok", action, post=post)
    return Task("outcomes", row, _("Tell the customer: rejected"), "circle-x", "bad", action, post=post)


def _number(image: Image) -> Task:
    title, page = _("Redact the resident number"), reverse("redaction_mark", args=[image.pk])
    return Task("numbers", image.submission, title, "eye-off", "warn", _("Redact"), page=page)


def _draft(row: Submission) -> Task:
    return Task("drafts", row, _("Draft"), "pencil", "", pgettext("draft", "Continue"))


MAKE: dict[str, Callable[[Submission], Task]] = {
    "is_asked": _question,
    "is_captured": _capture,
    "is_submitted": _submitted,
    "is_call_due": _call,
    "is_outcome": _outcome,
    "is_draft": _draft,
}
