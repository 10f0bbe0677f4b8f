"""Seals the record of events in chained batches, and finds what was altered, removed, inserted or reordered.

Writers never wait: they insert, and a task seals what has come since. An event whose transaction commits late, with an
id lower than some already sealed, goes into the next seal as long as it is no later than `LATE`. The task may stand
still for as long as it likes: what can have come late is measured from the newest seal, not from now.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from submissions.core import clock
from submissions.models import Event, Seal

LATE = timedelta(minutes=10)  # longer than any transaction of the portal
BATCH = 5000
HIGHEST = 2**63 - 1
GAPS_AT_ONCE = 200  # in one statement; there are as many as transactions that were rolled back in those minutes
FIRST = "0" * 64
COLUMNS = (
    "id",
    "at",
    "kind",
    "actor_id",
    "actor_name",
    "address",
    "submission_id",
    "purpose",
    "fields",
    "row",
    "reason_sealed",
)
Ranges = list[tuple[int, int]]


@dataclass(frozen=True)
class ChainProblem:
    """Something that an honest record cannot show. `seal` is its number, 0 where none is concerned."""

    seal: int
    text: str


def seal_due(batch: int = BATCH) -> Seal | None:
    """Seal what is not sealed yet, at most `batch` events; None when there is nothing or another sealer was first."""
    began, last = clock.now(), newest()
    ids = unsealed_ids(batch)
    if not ids:
        return None
    members = ranges_text(ids)
    rows = _rows(parse_ranges(members))
    made = Seal(
        number=last.number + 1 if last else 1,
        sealed_at=began,  # before it looked, so that what commits while it looks counts as late
        members=members,
        count=len(ids),
        highest_id=max(ids[-1], last.highest_id if last else 0),
        newest_at=max(row[1] for row in rows),
        rows_digest=rows_digest(rows),
        previous=last.digest if last else FIRST,
    )
    made.digest = digest_of(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return None
    return made


def newest() -> Seal | None:
    return Seal.objects.order_by("-number").first()


def unsealed_ids(most: int) -> list[int]:
    """Ids of events that no seal holds, lowest first.

    What is sealed is not read again, so that a round costs the same however much was sealed lately.
    """
    floor, recent = _recent()
    gaps = _gaps(floor, recent)
    unsealed: list[int] = []
    for start in range(0, len(gaps), GAPS_AT_ONCE):
        within = reduce(or_, (Q(id__range=gap) for gap in gaps[start : start + GAPS_AT_ONCE]))
        # The floor again, since an index is read from a bound and not from the lowest of many ranges.
        found = Event.objects.filter(within, id__gt=floor).order_by("id").values_list("id", flat=True)
        unsealed += found[: most - len(unsealed)]
        if len(unsealed) >= most:
            break
    return unsealed


def _recent() -> tuple[int, Ranges]:
    """(the id up to which nothing can come late any more, what the seals since then hold in order).

    When the newest seal was made, everything that had begun `LATE` before it had ended and was seen.
    """
    last = newest()
    if last is None:
        return 0, []
    since = last.sealed_at - LATE
    older = Seal.objects.filter(sealed_at__lt=since).order_by("-number").values_list("highest_id", flat=True).first()
    recent = Seal.objects.filter(sealed_at__gte=since).values_list("members", flat=True)
    return older or 0, sorted(pair for members in recent for pair in parse_ranges(members))


def _gaps(floor: int, held: Ranges) -> Ranges:
    """What lies above `floor` and outside of the ordered ranges; the last has no end."""
    gaps, low = [], floor + 1
    for first, last in held:
        if low < first:
            gaps.append((low, first - 1))
        low = max(low, last + 1)
    return [*gaps, (low, HIGHEST)]


def oldest_unsealed_at() -> datetime | None:
    """When the oldest event that no seal holds yet happened."""
    ids = unsealed_ids(1)
    return Event.objects.filter(id=ids[0]).values_list("at", flat=True).first() if ids else None


def oldest_unsealed_age() -> float | None:
    """Its age in seconds, never below 0; None when every event is sealed."""
    at = oldest_unsealed_at()
    return None if at is None else max(0.0, (clock.now() - at).total_seconds())


def _rows(pairs: Ranges) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for low, high in pairs:
        rows += Event.objects.filter(id__range=(low, high)).order_by("id").values_list(*COLUMNS)
    return rows


def rows_digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """SHA-256 over the rows, each in one canonical spelling on every database."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(hashlib.sha256(_canonical(row)).digest())
    return digest.hexdigest()


def _canonical(row: tuple[Any, ...]) -> bytes:
    return json.dumps([_plain(value) for value in row], sort_keys=True, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value if isinstance(value, (int, str, dict, list, type(None))) else str(value)


def digest_of(seal: Seal) -> str:
    """SHA-256 of everything the seal says; changing any of it, or a seal before it, changes this one."""
    said = [
        seal.number,
        _plain(seal.sealed_at),
        seal.members,
        seal.count,
        seal.highest_id,
        _plain(seal.newest_at),
        seal.rows_digest,
        seal.previous,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def ranges_text(ids: list[int]) -> str:
    """ "1-500,502" for ids in rising order."""
    pairs: Ranges = []
    for event_id in ids:
        if pairs and pairs[-1][1] == event_id - 1:
            pairs[-1] = (pairs[-1][0], event_id)
        else:
            pairs.append((event_id, event_id))
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in pairs)


def parse_ranges(text: str) -> Ranges:
    ends = [part.partition("-") for part in text.split(",") if part]
    return [(int(low), int(high or low)) for low, _dash, high in ends]


def verify(exported: dict[str, Any] | None = None) -> Iterator[ChainProblem]:
    """Every sign of tampering, in the order of the seals.

    Args:
        exported: a seal that left this system earlier (`export`); the chain must still contain it unchanged. Without
            one, events removed from the end together with their seals cannot be told from events never written.
    """
    previous, expected, matched = FIRST, 1, exported is None
    held: Ranges = []
    for seal in Seal.objects.order_by("number").iterator(chunk_size=500):
        yield from _chain_problems(seal, expected, previous)
        yield from _row_problems(seal)
        held += parse_ranges(seal.members)
        matched = matched or (exported is not None and _is(seal, exported))
        previous, expected = seal.digest, seal.number + 1
    if not matched and exported is not None:
        yield ChainProblem(int(exported["number"]), "the exported seal is not in the chain as it was exported")
    yield from _inserted(sorted(held))


def _is(seal: Seal, exported: dict[str, Any]) -> bool:
    return bool(seal.number == exported["number"] and seal.digest == exported["digest"])


def _chain_problems(seal: Seal, expected: int, previous: str) -> Iterator[ChainProblem]:
    if seal.number != expected:
        yield ChainProblem(seal.number, f"seal {expected} is missing before it")
    if seal.previous != previous:
        yield ChainProblem(seal.number, "it does not follow the seal before it")
    if seal.digest != digest_of(seal):
        yield ChainProblem(seal.number, "the seal itself was altered")


def _row_problems(seal: Seal) -> Iterator[ChainProblem]:
    if seal.purged_at is not None:
        return
    rows = _rows(parse_ranges(seal.members))
    if len(rows) != seal.count:
        yield ChainProblem(
            seal.number, f"{seal.count} events were sealed and {len(rows)} are there (ids {seal.members})"
        )
    elif rows_digest(rows) != seal.rows_digest:
        yield ChainProblem(seal.number, f"an event was altered or exchanged (ids {seal.members})")


def _inserted(held: Ranges) -> Iterator[ChainProblem]:
    """Events that were slipped in behind the seals: lower than what can still come late, and in no seal."""
    floor, _late = _recent()
    low = 1
    for first, last in [*held, (floor + 1, floor + 1)]:
        high = min(first - 1, floor)
        if low <= high and Event.objects.filter(id__range=(low, high)).exists():
            yield ChainProblem(0, f"an event with an id in {low}-{high} is in no seal: it was inserted afterwards")
        low = max(low, last + 1)


def export() -> dict[str, Any] | None:
    """The newest seal as what is printed or sent out; None before the first."""
    seal = newest()
    if seal is None:
        return None
    return {"number": seal.number, "digest": seal.digest, "sealed_at": _plain(seal.sealed_at), "up_to": seal.highest_id}


def purge(before: datetime) -> int:
    """Remove the events of whole seals older than `before`, leaving the seals; returns how many events.

    The database allows it to the role `kyc_purger` alone, and to nobody on SQLite.
    """
    removed = 0
    for seal in Seal.objects.filter(purged_at=None, newest_at__lt=before).order_by("number").iterator(chunk_size=100):
        with transaction.atomic():
            for low, high in parse_ranges(seal.members):
                removed += Event.objects.filter(id__range=(low, high)).delete()[0]
            Seal.objects.filter(pk=seal.pk).update(purged_at=clock.now())
    return removed
