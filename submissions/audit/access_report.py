"""The access report of one month: who viewed whom, downloads, odd hours, unusual volume; a manager signs it off.

The Korean rules on access records require a monthly check of who handled personal data and why it was downloaded.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone

from submissions.audit import events, hash_chain
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import AccessReview, Event, Export, Submission, User
from submissions.models.submission import SubmissionQuerySet
from submissions.models.submission_key import load_keys

OPENED = ("looked", "image_opened", "aml_looked")
DOWNLOADED = ("export_downloaded", "evidence_pack_made", "subject_exported")
LOOKS = (*OPENED, "revealed")
LISTS = ("list_opened", "queue_opened", "start_opened", "aml_reviews_opened")
AHEAD = "image_preloaded"  # preloaded by the browser; displaying it is counted again among OPENED
COUNTED = (*OPENED, AHEAD, "revealed", *DOWNLOADED, *LISTS)
DAY = range(7, 21)  # hours of a working day, by the portal's time zone
UNUSUAL_TIMES = 3  # times the median of all users
UNUSUAL_LEAST = 50
UNUSUAL_DOWNLOADS = 50  # files by one user on one day, whatever the median
SHOWN = 500


class NotOver(Exception):
    """The month has not ended, so nobody can sign it off yet."""


class SignedAlready(Exception):
    """Another manager has signed this month off; a signature is never replaced."""


@dataclass(frozen=True)
class AccessRow:
    """The month of one user.

    `people`: number of submissions opened; `ahead`: images preloaded; `odd`: views at night or on a weekend.
    """

    who: str
    people: int
    opened: int
    ahead: int
    revealed: int
    downloaded: int
    lists: int
    odd: int
    busiest_day: int
    is_unusual: bool


def bounds(month: date) -> tuple[datetime, datetime]:
    """Return the first moment of the month and of the next month, in the portal's time zone (TIME_ZONE)."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    zone = timezone.get_default_timezone()
    return (
        datetime.combine(month.replace(day=1), time.min, zone),
        datetime.combine(following, time.min, zone),
    )


def _of(month: date, kinds: Iterable[str] = COUNTED) -> "QuerySet[Event]":
    start, end = bounds(month)
    return Event.objects.filter(at__gte=start, at__lt=end, kind__in=list(kinds), actor_id__isnull=False)


def rows(month: date) -> list[AccessRow]:
    """Return a row for each user who opened anything, the most views first."""
    kinds: dict[str, Counter[str]] = {}
    for who, kind, count in _of(month).values_list("actor_name", "kind").annotate(Count("id")).order_by():
        kinds.setdefault(who, Counter())[kind] = count
    looks = {who: _sum(counts, LOOKS) for who, counts in kinds.items()}
    people, odd, busiest = _people(month), _odd(month), _busiest(month, LOOKS)
    unusual = _unusual(month, kinds)
    found = [
        AccessRow(
            who=who,
            people=people[who],
            opened=_sum(counts, OPENED),
            ahead=counts[AHEAD],
            revealed=counts["revealed"],
            downloaded=_sum(counts, DOWNLOADED),
            lists=_sum(counts, LISTS),
            odd=odd[who],
            busiest_day=busiest[who],
            is_unusual=who in unusual,
        )
        for who, counts in kinds.items()
    ]
    return sorted(found, key=lambda row: (-looks[row.who], row.who))


def full_names(who: Iterable[str]) -> dict[str, str]:
    """Return the full name of each user name; the user name itself where the account was renamed."""
    names = dict(User.objects.filter(username__in=list(who)).values_list("username", "name"))
    return {one: names.get(one) or one for one in who}


def _sum(counts: Counter[str], kinds: Iterable[str]) -> int:
    return sum(counts[kind] for kind in kinds)


def _unusual(month: date, kinds: Mapping[str, Counter[str]]) -> set[str]:
    """Return users with far more views, downloads or lists than the median, or very many downloads on one day."""
    unusual = {who for who, most in _busiest(month, DOWNLOADED).items() if most >= UNUSUAL_DOWNLOADS}
    for group in (LOOKS, DOWNLOADED, LISTS):
        sums = {who: _sum(counts, group) for who, counts in kinds.items()}
        most_usual = max(UNUSUAL_LEAST - 1, UNUSUAL_TIMES * median(sums.values())) if sums else 0
        unusual |= {who for who, count in sums.items() if count > most_usual}
    return unusual


def downloading_today() -> "QuerySet[Event, tuple[str, int]]":
    """Return (user name, downloads) of each user with an unusual number of downloads today."""
    start = datetime.combine(clock.today(), time.min, timezone.get_default_timezone())
    today = Event.objects.filter(at__gte=start, kind__in=DOWNLOADED, actor_id__isnull=False)
    counted = today.values_list("actor_name").annotate(count=Count("id")).order_by("actor_name")
    return counted.filter(count__gte=UNUSUAL_DOWNLOADS)


def _people(month: date) -> Counter[str]:
    looked = _of(month, LOOKS).values_list("actor_name")
    return Counter(dict(looked.annotate(Count("submission_id", distinct=True)).order_by()))


def _odd(month: date) -> Counter[str]:
    zone = timezone.get_default_timezone()  # the same for every manager who reads or signs the month
    looked = _of(month, LOOKS).annotate(
        hour=ExtractHour("at", tzinfo=zone), weekday=ExtractIsoWeekDay("at", tzinfo=zone)
    )
    odd = looked.exclude(Q(hour__in=list(DAY)) & Q(weekday__lte=5))
    return Counter(dict(odd.values_list("actor_name").annotate(Count("id")).order_by()))


def _busiest(month: date, kinds: Iterable[str]) -> Counter[str]:
    days = (
        _of(month, kinds)
        .annotate(day=TruncDate("at", tzinfo=timezone.get_default_timezone()))
        .values_list("actor_name", "day")
    )
    highest: Counter[str] = Counter()
    for who, _day, count in days.annotate(Count("id")).order_by():
        highest[who] = max(highest[who], count)
    return highest


def looks_of(month: date, who: str, visible: SubmissionQuerySet) -> list[dict[str, Any]]:
    """Return the `visible` submissions that this user viewed, most often first: reference, views, last view."""
    counted: Counter[Any] = Counter()
    last: dict[Any, datetime] = {}
    looked = _of(month, LOOKS).filter(actor_name=who).values_list("submission_id", "at")
    for pk, at in looked.order_by("at").iterator():
        counted[pk] += 1
        last[pk] = at
    references = dict(visible.filter(pk__in=counted).values_list("pk", "reference"))
    return [
        {"pk": pk, "reference": references[pk], "count": count, "last": last[pk]}
        for pk, count in counted.most_common()
        if pk in references
    ][:SHOWN]


def reasons(month: date, visible: SubmissionQuerySet) -> list[dict[str, Any]]:
    """Return every reveal and download of the month with the typed reason, if it can still be decrypted.

    Those of submissions that are not `visible` are left out; a download of many submissions belongs to none.
    """
    events_of_month = list(_of(month, ("revealed", *DOWNLOADED)).order_by("at")[:SHOWN])
    concerned = visible.in_bulk([event.submission_id for event in events_of_month if event.submission_id])
    load_keys(concerned.values())
    made = Export.objects.in_bulk([event.fields["export"] for event in events_of_month if "export" in event.fields])
    exports = {str(pk): export for pk, export in made.items()}
    return [
        {
            "event": event,
            "submission": concerned.get(event.submission_id),
            "reason": _reason(event, concerned, exports),
        }
        for event in events_of_month
        if event.submission_id is None or event.submission_id in concerned
    ]


def _reason(event: Event, concerned: Mapping[Any, Submission], exports: Mapping[str, Export]) -> str:
    """Decrypt the reason: of a download with the key of its export, of any other event with the submission's key."""
    if export := exports.get(event.fields.get("export", "")):
        return events.reason_of(event, key=export.data_key())
    submission = concerned.get(event.submission_id)
    return events.reason_of(event, submission) if submission else ""


def digest(month: date) -> str:
    return hashlib.sha256(json.dumps([asdict(row) for row in rows(month)], sort_keys=True).encode()).hexdigest()


def months(most: int = 25) -> list[tuple[date, AccessReview | None]]:
    """Return the months from the current one back to the first event with their signatures, at most `most`."""
    first = Event.objects.order_by("at").values_list("at", flat=True).first()
    signed = {review.month: review for review in AccessReview.objects.select_related("signed_by")[:most]}
    month = clock.today().replace(day=1)
    found: list[tuple[date, AccessReview | None]] = []
    while first and len(found) < most and bounds(month)[1] > first:
        found.append((month, signed.get(month)))
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def is_over(month: date) -> bool:
    return clock.now() >= bounds(month)[1]


def sign(month: date, *, by: Actor, remark: str) -> AccessReview:
    """Sign a finished month off.

    Raises:
        NotOver, SignedAlready
    """
    assert by.user is not None
    if not is_over(month):
        raise NotOver(f"{month:%Y-%m}")
    newest = hash_chain.export()
    review = AccessReview(month=month.replace(day=1), signed_by=by.user, digest=digest(month))
    review.seal_number = newest["number"] if newest else 0
    review.remark = remark
    try:
        with transaction.atomic():
            review.save(force_insert=True)
            events.record("access_report_signed", by=by, fields={"month": f"{month:%Y-%m}", "digest": review.digest})
    except IntegrityError as error:
        raise SignedAlready(f"{month:%Y-%m}") from error
    return review


def zone_name() -> str:
    return str(settings.TIME_ZONE)
