"""One month of the record of access: who looked at whom, downloads, odd hours, unusual volume; signed by a manager.

Korean rules on access records ask for a monthly check of who handled personal data and why it was downloaded.
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
from submissions.models import AccessReview, Event, Export, Submission
from submissions.models.submission_key import load_keys

OPENED = ("looked", "image_opened")
DOWNLOADED = ("export_downloaded", "evidence_pack_made", "subject_exported")
LOOKS = (*OPENED, "revealed")
LISTS = ("list_opened", "queue_opened", "start_opened")
AHEAD = "image_preloaded"  # sent to the desk before its page; once more among OPENED when shown
COUNTED = (*OPENED, AHEAD, "revealed", *DOWNLOADED, *LISTS)
DAY = range(7, 21)  # hours of a working day, by the portal's time zone
UNUSUAL_TIMES = 3  # so many times the median of all people
UNUSUAL_LEAST = 50
UNUSUAL_DOWNLOADS = 50  # files by one person on one day, whatever the others do
SHOWN = 500


class NotOver(Exception):
    """A month is signed off once it is over."""


class SignedAlready(Exception):
    """Somebody has signed this month off; a signature is never replaced."""


@dataclass(frozen=True)
class AccessRow:
    """One person's month.

    `people`: how many submissions were opened; `ahead`: images fetched ahead; `odd`: looks at night or on a weekend.
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
    """From the first moment of the month to the first of the next, in the portal's time zone."""
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
    """Everybody who opened anything, the most looks first."""
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


def _sum(counts: Counter[str], kinds: Iterable[str]) -> int:
    return sum(counts[kind] for kind in kinds)


def _unusual(month: date, kinds: Mapping[str, Counter[str]]) -> set[str]:
    """Far more looks, downloads or lists than the median of all people, or very many downloads on one day."""
    found = {who for who, most in _busiest(month, DOWNLOADED).items() if most >= UNUSUAL_DOWNLOADS}
    for group in (LOOKS, DOWNLOADED, LISTS):
        sums = {who: _sum(counts, group) for who, counts in kinds.items()}
        most_usual = max(UNUSUAL_LEAST - 1, UNUSUAL_TIMES * median(sums.values())) if sums else 0
        found |= {who for who, count in sums.items() if count > most_usual}
    return found


def downloading_today() -> list[tuple[str, int]]:
    """(user name, downloads) of everybody who has downloaded unusually much today."""
    start = datetime.combine(clock.today(), time.min, timezone.get_default_timezone())
    today = Event.objects.filter(at__gte=start, kind__in=DOWNLOADED, actor_id__isnull=False)
    counted = today.values_list("actor_name").annotate(count=Count("id")).order_by("actor_name")
    return list(counted.filter(count__gte=UNUSUAL_DOWNLOADS))


def _people(month: date) -> Counter[str]:
    looked = _of(month, LOOKS).values_list("actor_name")
    return Counter(dict(looked.annotate(Count("submission_id", distinct=True)).order_by()))


def _odd(month: date) -> Counter[str]:
    looked = _of(month, LOOKS).annotate(hour=ExtractHour("at"), weekday=ExtractIsoWeekDay("at"))
    odd = looked.exclude(Q(hour__in=list(DAY)) & Q(weekday__lte=5))
    return Counter(dict(odd.values_list("actor_name").annotate(Count("id")).order_by()))


def _busiest(month: date, kinds: Iterable[str]) -> Counter[str]:
    days = _of(month, kinds).annotate(day=TruncDate("at")).values_list("actor_name", "day")
    most: Counter[str] = Counter()
    for who, _day, count in days.annotate(Count("id")).order_by():
        most[who] = max(most[who], count)
    return most


def looks_of(month: date, who: str) -> list[dict[str, Any]]:
    """Whom this person looked at, most often first: reference, how often, when last."""
    counted: Counter[Any] = Counter()
    last: dict[Any, datetime] = {}
    looked = _of(month, LOOKS).filter(actor_name=who).values_list("submission_id", "at")
    for pk, at in looked.order_by("at").iterator():
        counted[pk] += 1
        last[pk] = at
    references = dict(Submission.objects.filter(pk__in=counted).values_list("pk", "reference"))
    return [
        {"pk": pk, "reference": references.get(pk, ""), "count": count, "last": last[pk]}
        for pk, count in counted.most_common(SHOWN)
    ]


def reasons(month: date) -> list[dict[str, Any]]:
    """Every reveal and download of the month with the typed reason, where it is still readable."""
    found = list(_of(month, ("revealed", *DOWNLOADED)).order_by("at")[:SHOWN])
    concerned = Submission.objects.in_bulk([event.submission_id for event in found if event.submission_id])
    load_keys(concerned.values())
    made = Export.objects.in_bulk([event.fields["export"] for event in found if "export" in event.fields])
    exports = {str(pk): export for pk, export in made.items()}
    return [
        {
            "event": event,
            "submission": concerned.get(event.submission_id),
            "reason": _reason(event, concerned, exports),
        }
        for event in found
    ]


def _reason(event: Event, concerned: Mapping[Any, Submission], exports: Mapping[str, Export]) -> str:
    """A download's lies under its export's key, any other under its submission's."""
    if export := exports.get(event.fields.get("export", "")):
        return events.reason_of(event, key=export.data_key())
    submission = concerned.get(event.submission_id)
    return events.reason_of(event, submission) if submission else ""


def digest(month: date) -> str:
    return hashlib.sha256(json.dumps([asdict(row) for row in rows(month)], sort_keys=True).encode()).hexdigest()


def months(most: int = 25) -> list[tuple[date, AccessReview | None]]:
    """The running month and those before it back to the first event, newest first, with their signatures."""
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
