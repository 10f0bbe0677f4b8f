"""The figures of a manager's home page. Each query reads a bounded part of a partial index, or one day of requests."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import RowNumber, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.audit import access_report
from submissions.core import clock
from submissions.models import (
    AmlReview,
    Call,
    CallState,
    Export,
    Image,
    Question,
    Source,
    Status,
    Submission,
    User,
    WebhookDelivery,
)
from submissions.models.report_consideration import not_considered
from submissions.models.submission import DECIDED, SubmissionQuerySet
from submissions.models.training import ending
from submissions.reporting import workload
from submissions.reporting.reports import date_range
from submissions.reporting.reports.date_range import listed
from submissions.reporting.reports.percentiles import between
from submissions.search.counting import Counted, shown
from submissions.search.filter_engine import start_of
from submissions.search.queue_filters import reviewers
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to

MOST_WAITING = 3000  # rows of the queue that are read; beyond them the figures show "and more"
MOST_TIMED = 1000  # the newest decisions, for the median
MOST_PEOPLE = 30
MOST_REQUESTS = 100_000  # of a day
DAYS = 14
WEEK = 7
HOUR = timedelta(hours=1)
OPEN_FOR = 2 * HOUR  # a question without an answer for this long is an exception
NOT_ANSWERED = (CallState.PREPARED, CallState.SENT, CallState.CANCELLED)


@dataclass(frozen=True)
class Queue:
    """The queue by due time: for each band (claimed, assigned, unassigned); `held`: (claimed, assigned) by user."""

    bands: dict[str, list[int]]
    held: dict[int, list[int]]
    oldest_at: datetime | None
    is_cut: bool

    @property
    def total(self) -> int:
        return sum(map(sum, self.bands.values()))

    @property
    def unassigned(self) -> int:
        return sum(band[2] for band in self.bands.values())

    @property
    def due_in_1h(self) -> int:
        return sum(self.bands["hour"])

    @property
    def due_in_4h(self) -> int:
        return self.due_in_1h + sum(self.bands["four"])

    @property
    def overdue(self) -> int:
        return sum(self.bands["over"])


def band_labels() -> dict[str, str]:
    return {
        "over": _("Overdue"),
        "hour": _("Under 1 h"),
        "four": _("1 to 4 h"),
        "twelve": _("4 to 12 h"),
        "later": _("Over 12 h"),
    }


def queue(rows: SubmissionQuerySet) -> Queue:
    """Count the submissions that await review among `rows`, by due time."""
    columns = ("target_at", "pending_at", "claimed_until", "claimed_by_id", "assigned_to_id")
    found = list(rows.awaiting_review().order_by("target_at", "id").values_list(*columns)[:MOST_WAITING])
    now = clock.now()
    bands = {name: [0, 0, 0] for name in band_labels()}
    held: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for target_at, _pending_at, claimed_until, claimed_by, assigned_to in found:
        is_claimed = claimed_until is not None and claimed_until >= now
        place = 0 if is_claimed else 1 if assigned_to else 2
        bands[_band(target_at - now)][place] += 1
        if place < 2:
            held[claimed_by if is_claimed else assigned_to][place] += 1
    oldest = min((pending for _target, pending, *_more in found if pending), default=None)
    return Queue(bands, held, oldest, len(found) == MOST_WAITING)


def _band(left: timedelta) -> str:
    if left < timedelta(0):
        return "over"
    return "hour" if left < HOUR else "four" if left < 4 * HOUR else "twelve" if left < 12 * HOUR else "later"


@dataclass(frozen=True)
class Days:
    """(day, approved, rejected) of each of the 14 days; the last one is today."""

    rows: list[tuple[date, int, int]]

    @property
    def today(self) -> int:
        return sum(self.rows[-1][1:])

    @property
    def a_week_ago(self) -> int:
        return sum(self.rows[-1 - WEEK][1:])

    @property
    def approval_rate(self) -> float | None:
        return _rate(self.rows[-WEEK:])

    @property
    def rate_before(self) -> float | None:
        return _rate(self.rows[-2 * WEEK : -WEEK])


def _rate(rows: Iterable[tuple[date, int, int]]) -> float | None:
    """Return the share of approved decisions in percent."""
    approved, rejected = (sum(counts) for counts in list(zip(*rows, strict=True))[1:])
    return 100 * approved / (approved + rejected) if approved + rejected else None


def last_days() -> date_range.Window:
    today = clock.local_today()
    return date_range.Window(today - timedelta(days=DAYS - 1), today)


def decisions(user: User) -> Days:
    """Count the decisions of the last 14 days by day and outcome."""
    window = last_days()
    rows: Any = visible_to(user).filter(status__in=DECIDED, decided_at__gte=window.start, decided_at__lt=window.end)
    by_day = rows.annotate(day=TruncDate("decided_at")).order_by().values_list("day", "status").annotate(Count("pk"))
    counted = Counter({(day, status): many for day, status, many in by_day})
    return Days([(day, counted[day, Status.APPROVED], counted[day, Status.REJECTED]) for day in window.days])


def median_time_to_decision(user: User) -> Subquery:
    """Return the median from pending to decided, of the newest decisions of reviewers in the last 7 days."""
    since = clock.now() - timedelta(days=WEEK)
    rows = visible_to(user).filter(decided_at__gte=since, source=Source.REVIEWER, pending_at__isnull=False)
    newest = Submission.objects.filter(pk__in=rows.order_by("-decided_at", "id").values("pk")[:MOST_TIMED])
    numbered = newest.annotate(
        took=between("pending_at", "decided_at"), place=Window(RowNumber(), order_by="took"), many=Window(Count("pk"))
    )
    return Subquery(numbered.filter(place=F("many") / 2 + 1).values("took")[:1])


@dataclass(frozen=True)
class Load:
    """One reviewer's claimed and assigned submissions, and decisions of today."""

    reviewer: User
    claimed: int
    assigned: int
    today: int


def load(user: User, waiting: Queue) -> list[Load]:
    """Return the load of each reviewer, counted among the submissions that the user may see."""
    today = start_of(clock.local_today())
    decided = visible_to(user).filter(decided_by=OuterRef("pk"), decided_at__gte=today)
    people: Any = reviewers().annotate(today=Counted(decided))[:MOST_PEOPLE]
    return [_load_of(person, waiting, person.today) for person in people]


def _load_of(person: User, waiting: Queue, today: int) -> Load:
    claimed, assigned = waiting.held.get(person.pk, [0, 0])
    return Load(person, claimed, assigned, today)


@dataclass(frozen=True)
class Exceptional:
    """A figure that should be zero."""

    name: str
    count: int
    label: str
    url: str
    is_red: bool

    @property
    def text(self) -> str:
        return shown(self.count)


def figures(user: User, numbers: "QuerySet[Image]") -> dict[str, Combinable]:
    """Return the columns of `exceptions` and the median. `numbers`: images with a resident number to redact."""
    now = clock.now()
    visible, area = visible_to(user), review_area.condition(user, "submission__")
    calls = Call.objects.filter(area, prepared_at__gte=now - 24 * HOUR).exclude(state__in=NOT_ANSWERED)
    open_questions = Question.objects.open().filter(area, asked_at__lt=now - OPEN_FOR)
    return {
        "n_mismatches": Counted(visible.filter(has_difference=True)),
        "n_unknown": Counted(Call.objects.filter(area, state=CallState.UNKNOWN)),
        "n_past": Counted(visible.filter(status=Status.OVERDUE)),
        "n_questions": Counted(open_questions),
        "n_unassigned": Counted(workload.with_unassigned(user)),
        "n_escalated": Counted(workload.escalated(user)),
        "n_numbers": Counted(numbers),
        "n_aml": Counted(AmlReview.objects.waiting().filter(area)),
        "n_reports": Counted(visible.filter(not_considered())),
        "n_webhooks": Counted(WebhookDelivery.objects.unacknowledged().filter(review_area.condition_of_records(user))),
        "n_trainings": Counted(ending(reviewers())),
        "n_exports": Counted(Export.objects.filter(state="failed", asked_at__gte=now - 24 * HOUR)),
        "n_calls": Counted(calls, MOST_REQUESTS),
        "n_silent": Counted(calls.filter(Q(state=CallState.UNKNOWN) | Q(undelivered__gt=0)), MOST_REQUESTS),
        "has_downloading": Exists(access_report.downloading_today()),
        "median": median_time_to_decision(user),
    }


def exceptions(counted: Mapping[str, Any]) -> tuple[list[Exceptional], float | None]:
    """Return what needs attention, and ARGOS's share of answered requests in the last 24 hours, in percent."""
    found = {name.removeprefix("n_"): count for name, count in counted.items() if name.startswith("n_")}
    share = 100 * (found["calls"] - found["silent"]) / found["calls"] if found["calls"] else None
    return [Exceptional(name, found[name], *words) for name, words in _words(found).items()], share


def _words(found: dict[str, int]) -> dict[str, tuple[str, str, bool]]:
    """Return (label, URL of the list, whether it is red) by name."""
    return {
        "unknown": (
            ngettext("request with unknown outcome", "requests with unknown outcome", found["unknown"]),
            reverse("sending"),
            True,
        ),
        "past": (
            ngettext("submission past 24 h", "submissions past 24 h", found["past"]),
            listed(status=Status.OVERDUE),
            True,
        ),
        "mismatches": (
            ngettext("record mismatch", "record mismatches", found["mismatches"]),
            reverse("differences"),
            False,
        ),
        "questions": (
            ngettext("question open over 2 h", "questions open over 2 h", found["questions"]),
            f"{reverse('review_queue')}?asked=open",
            False,
        ),
        "unassigned": (
            ngettext(
                "project with unassigned submissions", "projects with unassigned submissions", found["unassigned"]
            ),
            f"{reverse('review_queue')}?assignee=nobody",
            False,
        ),
        "escalated": (
            ngettext("escalated submission", "escalated submissions", found["escalated"]),
            f"{reverse('review_queue')}?escalated=1",
            True,
        ),
        "numbers": (
            ngettext("resident number to redact", "resident numbers to redact", found["numbers"]),
            reverse("redactions"),
            False,
        ),
        "aml": (ngettext("AML review open", "AML reviews open", found["aml"]), reverse("aml_reviews"), True),
        "reports": (
            ngettext("report to consider", "reports to consider", found["reports"]),
            listed(report="missing"),
            False,
        ),
        "webhooks": (
            ngettext("webhook to look at", "webhooks to look at", found["webhooks"]),
            reverse("webhook_list"),
            False,
        ),
        "trainings": (
            ngettext("training ended or ending", "trainings ended or ending", found["trainings"]),
            reverse("training"),
            False,
        ),
        "exports": (ngettext("failed export", "failed exports", found["exports"]), reverse("export_list"), False),
    }
