"""The filters of the queue, each on a column that is not personal."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from argos import matrix
from argos.codes import TABLES
from submissions.core import clock
from submissions.models import Question, Submission, User
from submissions.models.people import REVIEWERS
from submissions.models.submission import IN_REVIEW, MAX_TRIES, NO_TRY_LEFT
from submissions.search import filter_engine
from submissions.search.filter_engine import Condition, Filter

BANDS = {"low": (0, 50), "middle": (50, 80), "high": (80, 101)}
AGES = {"4h": timedelta(hours=4), "12h": timedelta(hours=12), "24h": timedelta(hours=24)}
LEFT = {"over": timedelta(0), "1h": timedelta(hours=1), "4h": timedelta(hours=4)}
SHOW_SNOOZED = ("snoozed", "left", "asked")  # under these filters the queue has snoozed submissions too
RETRIES = sorted({*TABLES["step1_retry"], *TABLES["step2_retry"]})


def reviewers() -> "QuerySet[User]":
    """Return the people to whom a submission can be assigned or handed over."""
    return User.objects.filter(role__in=REVIEWERS, is_active=True).order_by("name")


def _band(column: str) -> Condition:
    def condition(user: User, value: str) -> Q | None:
        if value == "none":
            return Q(**{f"{column}__isnull": True})
        if value not in BANDS:
            return None
        low, high = BANDS[value]
        return Q(**{f"{column}__gte": low, f"{column}__lt": high})

    return condition


def _tries_left(user: User, value: str) -> Q | None:
    """Match the attempts left by the vendor's count or ours, whichever is higher, as `Submission.tries_left`."""
    if value not in ("0", "1", "2"):
        return None
    used = MAX_TRIES - int(value)
    if used == MAX_TRIES:
        return NO_TRY_LEFT
    at_most = Q(selfies_sent__lte=used) & (Q(vendor_count=None) | Q(vendor_count__lte=used))
    return at_most & (Q(selfies_sent=used) | Q(vendor_count=used))


def _age() -> dict[str, Q]:
    return {value: Q(pending_at__lte=clock.now() - age) for value, age in AGES.items()}


def _left() -> dict[str, Q]:
    return {value: Q(target_at__lte=clock.now() + left) for value, left in LEFT.items()}


def _asked() -> dict[str, Q]:
    sets = {"open": Question.objects.open(), "answered": Question.objects.unread()}
    return {value: Q(pk__in=rows.values("submission_id")) for value, rows in sets.items()}


def _assignee(user: User, value: str) -> Q | None:
    """Match by the claim holder or the assignee; the value may be a user name."""
    now = clock.now()
    is_claimed = Q(claimed_until__gte=now)
    choices: dict[str, Q] = {
        "me": is_claimed & Q(claimed_by=user) | Q(assigned_to=user),
        "someone": is_claimed | Q(assigned_to__isnull=False),
        "nobody": (Q(claimed_until__lt=now) | Q(claimed_until=None)) & Q(assigned_to=None),
    }
    if value in choices:
        return choices[value]
    person = reviewers().filter(username=value).first()
    return is_claimed & Q(claimed_by=person) | Q(assigned_to=person) if person else None


def work_of(user: User) -> Q:
    """Return the condition of submissions that the user claimed, is assigned to, or asked an agent about.

    It is a union of three index scans: an OR would scan all pending rows.
    """
    claimed = Submission.objects.filter(claimed_by=user, claimed_until__gte=clock.now()).values("pk")
    assigned = Submission.objects.filter(assigned_to=user).values("pk")
    questions = Question.objects.filter(asked_by=user, seen_at=None).order_by().values("submission_id")
    return Q(pk__in=claimed.union(assigned, questions))


FILTERS: dict[str, Filter] = {
    "escalated": Filter(filter_engine.flag(lambda user: Q(escalated_at__isnull=False))),
    "snoozed": Filter(filter_engine.flag(lambda user: Q(snoozed_until__gt=clock.now()))),
    "mine": Filter(filter_engine.flag(work_of)),
    "status": Filter(filter_engine.one_of("status", IN_REVIEW)),
    "project": Filter(filter_engine.project),
    "country": Filter(filter_engine.country),
    "id_type": Filter(filter_engine.one_of("id_type", matrix.ID_TYPES)),
    "retry": Filter(filter_engine.one_of("retry_code", RETRIES)),
    "face": Filter(_band("face_similarity")),
    "liveness": Filter(_band("liveness")),
    "tries_left": Filter(_tries_left),
    "age": Filter(filter_engine.choice(_age)),
    "left": Filter(filter_engine.choice(_left)),
    "edits": Filter(filter_engine.flag(lambda user: Q(edited_count__gt=0))),
    "differs": Filter(filter_engine.flag(lambda user: Q(has_difference=True))),
    "skipped": Filter(filter_engine.skipped_check),
    "asked": Filter(filter_engine.choice(_asked)),
    "assignee": Filter(_assignee),
}
