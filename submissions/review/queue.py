"""The pending queue as a set: its filters, each on a column that is not personal, and the exact search beside them."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from argos import matrix
from argos.codes import TABLES
from submissions.core import clock, vendor_text
from submissions.models import Project, Question, Status, Submission, User
from submissions.models.people import REVIEWERS
from submissions.models.submission import IN_REVIEW, MAX_TRIES, NO_TRY_LEFT, SubmissionQuerySet
from submissions.search import blind_index

Narrow = Callable[[User, str], Q | None]

BANDS = {"low": (0, 50), "middle": (50, 80), "high": (80, 101)}
AGES = {"4h": timedelta(hours=4), "12h": timedelta(hours=12), "24h": timedelta(hours=24)}
LEFT = {"over": timedelta(0), "1h": timedelta(hours=1), "4h": timedelta(hours=4)}
RETRIES = sorted({*TABLES["step1_retry"], *TABLES["step2_retry"]})
# What stands in the URL beside the filters: the page's keys, the view it came from, what the refresh has already.
BESIDES = ("after", "before", "view", "seen", "shown")
BOUND = 50
ELSEWHERE = 5


def waiting(user: User, given: QueryDict) -> tuple["QuerySet[Submission]", list[str]]:
    """The queue under the URL's filters, and a sentence for each that means nothing and was left out."""
    rows: QuerySet[Submission] = _in_review(user, given).for_review("claimed_by", "assigned_to")
    told = [_("“%(name)s” is no filter of the queue and was left out.") % {"name": name} for name in unknown(given)]
    if blind_index.asked_in(given) is None:
        told.append(_("The search in this address is too old or not ours. Type it again."))
    for name, narrow in FILTERS.items():
        value = given.get(name, "").strip()
        condition = narrow(user, value) if value else None
        if value and condition is None:
            told.append(vendor_text.left_out(name, value))
        if condition is not None:
            rows = rows.filter(condition)
    return rows.annotate(**_marks(), found=BoundedCount(rows.order_by().values("pk")[: BOUND + 1])), told


def _marks() -> dict[str, Exists]:
    asked = Question.objects.filter(submission=OuterRef("pk"))
    return {"is_asked": Exists(asked.open()), "is_answered": Exists(asked.unread())}


def _in_review(user: User, given: QueryDict) -> SubmissionQuerySet:
    """For a second one that status says it all; with both conditions PostgreSQL thinks them so rare together that it
    reads two indexes, one of them the whole queue, in place of the first page of one.
    """
    found = blind_index.sought(user, blind_index.asked_in(given))
    is_second = given.get("status", "").strip() == Status.SECOND_REVIEW
    return found.filter(status=Status.SECOND_REVIEW) if is_second else found.awaiting_review()


def elsewhere(user: User, given: QueryDict) -> list[Submission]:
    """What the search finds that does not wait for review: a person who searches wants to know where it is."""
    text = blind_index.asked_in(given)
    if not text:
        return []
    found = blind_index.find(user, text).exclude(status__in=IN_REVIEW).for_row()
    return list(found.order_by("-created_at")[:ELSEWHERE])


def unknown(given: QueryDict) -> list[str]:
    """Parameters that the queue does not know at all."""
    return sorted(name[:40] for name in given if name not in FILTERS and name not in BESIDES and name != "q")


def _one_of(column: str, values: Iterable[str]) -> Narrow:
    known = frozenset(values)
    return lambda user, value: Q(**{column: value}) if value in known else None


def _project(user: User, value: str) -> Q | None:
    found = next((pk for pk in Project.objects.values_list("pk", flat=True) if str(pk) == value), None)
    return Q(project=found) if found else None


def _country(user: User, value: str) -> Q | None:
    """Saved views of before have the name behind the code."""
    codes = (matrix.country_code(text) for text in (value, value.partition(" ")[0]))
    return next((Q(issuing_country=code) for code in codes if matrix.is_country(code)), None)


def _band(column: str) -> Narrow:
    def narrow(user: User, value: str) -> Q | None:
        if value == "none":
            return Q(**{f"{column}__isnull": True})
        if value not in BANDS:
            return None
        low, high = BANDS[value]
        return Q(**{f"{column}__gte": low, f"{column}__lt": high})

    return narrow


def _tries_left(user: User, value: str) -> Q | None:
    """By the vendor's count, never fewer used than the selfies we know arrived: as `Submission.tries_left`."""
    if value not in ("0", "1", "2"):
        return None
    used = MAX_TRIES - int(value)
    if used == MAX_TRIES:
        return NO_TRY_LEFT
    at_most = Q(selfies_sent__lte=used) & (Q(vendor_count=None) | Q(vendor_count__lte=used))
    return at_most & (Q(selfies_sent=used) | Q(vendor_count=used))


def _age(user: User, value: str) -> Q | None:
    return Q(pending_at__lte=clock.now() - AGES[value]) if value in AGES else None


def _left(user: User, value: str) -> Q | None:
    return Q(target_at__lte=clock.now() + LEFT[value]) if value in LEFT else None


def _flag(condition: Q) -> Narrow:
    return lambda user, value: condition if value == "1" else None


def _asked(user: User, value: str) -> Q | None:
    sets = {"open": Question.objects.open, "answered": Question.objects.unread}
    return Q(pk__in=sets[value]().values("submission_id")) if value in sets else None


def _assignee(user: User, value: str) -> Q | None:
    """Who holds it now, or whose turn a manager said it is; by a person's user name too."""
    now = clock.now()
    held = Q(claimed_until__gte=now)
    choices: dict[str, Q] = {
        "me": held & Q(claimed_by=user) | Q(assigned_to=user),
        "someone": held | Q(assigned_to__isnull=False),
        "nobody": (Q(claimed_until__lt=now) | Q(claimed_until=None)) & Q(assigned_to=None),
    }
    if value in choices:
        return choices[value]
    person = reviewers().filter(username=value).first()
    return held & Q(claimed_by=person) | Q(assigned_to=person) if person else None


def reviewers() -> "QuerySet[User]":
    """Whom a submission can be assigned or handed to."""
    return User.objects.filter(role__in=REVIEWERS, is_active=True).order_by("name")


def _mine(user: User, value: str) -> Q | None:
    return _work_of(user) if value == "1" else None


def _work_of(user: User) -> Q:
    """What they hold, what they are to do, and what they have asked an agent.

    Three indexes and their union: an OR of the three would walk all that waits.
    """
    held = Submission.objects.filter(claimed_by=user, claimed_until__gte=clock.now()).values("pk")
    assigned = Submission.objects.filter(assigned_to=user).values("pk")
    asked = Question.objects.filter(asked_by=user, seen_at=None).order_by().values("submission_id")
    return Q(pk__in=held.union(assigned, asked))


def mine_of(user: User, rows: SubmissionQuerySet) -> SubmissionQuerySet:
    """This person's work among `rows`."""
    return rows.awaiting_review().filter(_work_of(user))


FILTERS: dict[str, Narrow] = {
    "mine": _mine,
    "status": _one_of("status", IN_REVIEW),
    "project": _project,
    "country": _country,
    "id_type": _one_of("id_type", matrix.ID_TYPES),
    "retry": _one_of("retry_code", RETRIES),
    "face": _band("face_similarity"),
    "liveness": _band("liveness"),
    "tries_left": _tries_left,
    "age": _age,
    "left": _left,
    "edits": _flag(Q(edited_count__gt=0)),
    "differs": _flag(Q(has_difference=True)),
    "asked": _asked,
    "assignee": _assignee,
}


class BoundedCount(Subquery):
    """How many rows a sliced query has, counted once beside the rows of a page."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


def bounded_count(rows: "QuerySet[Submission]", shown: list[Submission]) -> str:
    """ "12", or "50+": counting further would cost what the number is not worth. A shown row knows it already."""
    known = getattr(shown[0], "found", None) if shown else None
    found = len(rows.order_by().values_list("pk", flat=True)[: BOUND + 1]) if known is None else known
    return f"{BOUND}+" if found > BOUND else str(found)


def offered() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What two filters offer, in one query: (id, name) of every project, (user name, name) of every reviewer."""
    rows = sorted(_offered(), key=lambda row: row[2])
    return [(str(pk), name) for pk, _none, name in rows if pk], [(user, name) for pk, user, name in rows if not pk]


def _offered() -> "QuerySet[Any, Any]":
    empty = Value("", output_field=CharField())
    projects = Project.objects.values_list("pk", empty, "name").order_by()
    people = reviewers().values_list(Value(None, output_field=UUIDField()), "username", "name").order_by()
    return projects.union(people, all=True)


def mark_of(user: User, shown: Iterable[Submission]) -> str:
    """Stands in a page's address of itself: proves that this person has been shown these rows already."""
    return salted_hmac("submissions.queue.shown", f"{user.pk}|{[str(row.pk) for row in shown]}").hexdigest()[:24]


def version(rows: Iterable[Submission], count: str) -> str:
    """Changes whenever these rows would look different: a refresh that has it already is answered with nothing."""
    now = clock.now()
    parts = [count, str(int(now.timestamp()) // 60)]
    for row in rows:
        held = row.claimed_by_id if row.is_claimed_at(now) else None
        asked = [getattr(row, mark, False) for mark in ("is_asked", "is_answered")]
        marks = (*asked, row.has_difference, row.is_reserved)
        parts.append(f"{row.pk}:{row.status}:{held}:{row.assigned_to_id}:{marks}")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
