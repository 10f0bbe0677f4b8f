"""The pending queue as a set: its filters, each on a column that is not personal, and the exact search beside them."""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, OuterRef, QuerySet, UUIDField, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import Question, SkippedCheck, Status, Submission, User
from submissions.models.submission import IN_REVIEW, SubmissionQuerySet
from submissions.search import blind_index, filter_engine
from submissions.search.counting import Counted
from submissions.search.queue_filters import FILTERS, SHOW_SNOOZED, reviewers, work_of
from submissions.workflow import review_area

# What stands in the URL beside the filters: the page's keys, the view it came from, what the refresh has already.
BESIDES = ("after", "before", "view", "sort", "seen", "shown")
BOUND = 50
ELSEWHERE = 5


def waiting(user: User, params: QueryDict) -> tuple["QuerySet[Submission]", list[str]]:
    """Return the queue under the URL's filters, and a message about each filter that was left out."""
    messages = [_("The queue has no filter “%(name)s”. It was ignored.") % {"name": name} for name in unknown(params)]
    if blind_index.asked_in(params) is None:
        messages.append(_("This search link has expired. Search again."))
    values = filter_engine.values_of(FILTERS, params)
    in_review = _in_review(user, params).for_review("claimed_by", "assigned_to")
    rows, left_out = filter_engine.narrow(in_review, FILTERS, user, values)
    return rows.annotate(**_marks(), found=Counted(rows, BOUND + 1)), [*messages, *left_out]


def _marks() -> dict[str, Exists]:
    asked = Question.objects.filter(submission=OuterRef("pk"))
    return {"is_asked": Exists(asked.open()), "is_answered": Exists(asked.unread())}


def _in_review(user: User, params: QueryDict) -> SubmissionQuerySet:
    """For a second one that status says it all; with both conditions PostgreSQL thinks them so rare together that it
    reads two indexes, one of them the whole queue, in place of the first page of one.
    """
    text = blind_index.asked_in(params)
    found = blind_index.sought(user, text)
    if not (text or any(params.get(name, "").strip() for name in SHOW_SNOOZED)):
        found = found.shown_in_queue(clock.now())
    is_second = params.get("status", "").strip() == Status.SECOND_REVIEW
    return found.filter(status=Status.SECOND_REVIEW) if is_second else found.awaiting_review()


def elsewhere(user: User, params: QueryDict) -> list[Submission]:
    """What the search finds that does not wait for review: a person who searches wants to know where it is."""
    text = blind_index.asked_in(params)
    if not text:
        return []
    found = blind_index.find(user, text).exclude(status__in=IN_REVIEW).for_row()
    return list(found.order_by("-created_at")[:ELSEWHERE])


def unknown(params: QueryDict) -> list[str]:
    """Parameters that the queue does not know at all."""
    return sorted(name[:40] for name in params if name not in FILTERS and name not in BESIDES and name != "q")


def mine_of(user: User, rows: SubmissionQuerySet) -> SubmissionQuerySet:
    """This person's work among `rows`."""
    return rows.awaiting_review().shown_in_queue(clock.now()).filter(work_of(user))


def bounded_count(rows: "QuerySet[Submission]", shown: list[Submission]) -> str:
    """ "12", or "50+": counting further would cost what the number is not worth. A shown row knows it already."""
    known = getattr(shown[0], "found", None) if shown else None
    found = len(rows.order_by().values_list("pk", flat=True)[: BOUND + 1]) if known is None else known
    return f"{BOUND}+" if found > BOUND else str(found)


NO_PROJECT, NOBODY = Cast(Value(None), UUIDField()), Value("", output_field=CharField())


class Offered(NamedTuple):
    """(id, name) of projects, (user name, name) of reviewers, and the names of checks that ARGOS skipped."""

    projects: list[tuple[str, str]]
    people: list[tuple[str, str]]
    skipped: list[str]


def offered(user: User) -> Offered:
    """Return what three filters offer, with one query."""
    rows = sorted(_offered(user), key=lambda row: row[2])
    return Offered(
        [(str(pk), name) for pk, _none, name in rows if pk],
        [(user, name) for _none, user, name in rows if user],
        [name for pk, user, name in rows if not pk and not user],
    )


def _offered(user: User) -> "QuerySet[Any, Any]":
    projects = review_area.projects(user).values_list("pk", NOBODY, "name").order_by()
    people = reviewers().values_list(NO_PROJECT, "username", "name").order_by()
    return projects.union(people, SkippedCheck.objects.offered(NO_PROJECT, NOBODY), all=True)


def mark_of(user: User, shown: Iterable[Submission]) -> str:
    """Stands in a page's address of itself: proves that this person has been shown these rows already."""
    return salted_hmac(
        "submissions.queue.shown", f"{user.pk}|{[str(row.pk) for row in shown]}", algorithm="sha256"
    ).hexdigest()[:24]


def version(rows: Iterable[Submission], count: str) -> str:
    """Changes whenever these rows would look different: a refresh that has it already is answered with nothing."""
    now = clock.now()
    parts = [count, str(int(now.timestamp()) // 60)]
    for row in rows:
        held = row.claimed_by_id if row.is_claimed_at(now) else None
        asked = [getattr(row, mark, False) for mark in ("is_asked", "is_answered")]
        marks = (*asked, row.has_difference, row.has_skipped_check, row.is_reserved, row.is_snoozed, row.is_escalated)
        parts.append(f"{row.pk}:{row.status}:{row.target_at}:{held}:{row.assigned_to_id}:{marks}")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
