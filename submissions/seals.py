"""Seals the record of events in chained batches, and finds what was altered, removed, inserted or reordered.

Writers never wait: they insert, and a task seals what has come since. An event whose transaction commits late, with an
id lower than some already sealed, goes into the next seal as long as it is no later than `LATE`.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from submissions import clock
from submissions.models import Event, Seal

LATE = timedelta(minutes=10)  # longer than any transaction of the portal
BATCH = 5000
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
class Problem:
    """Something that an honest record cannot show. `seal` is its number, 0 where none is concerned."""

    seal: int
    text: str


def seal_due(batch: int = BATCH) -> Seal | None:
    """Seal what is not sealed yet, at most `batch` events; None when there is nothing or another sealer was first."""
    last = Seal.objects.order_by("-number").first()
    ids = unsealed_ids(batch)
    if not ids:
        return None
    members = ranges_text(ids)
    rows = _rows(parse_ranges(members))
    made = Seal(
        number=last.number + 1 if last else 1,
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


def unsealed_ids(most: int) -> list[int]:
    """Ids of events that no seal holds, lowest first."""
    floor, recent = _recent()
    found = Event.objects.filter(id__gt=floor).order_by("id").values_list("id", flat=True)
    starts = [low for low, _high in recent]
    unsealed: list[int] = []
    for event_id in found.iterator(chunk_size=2000):
        at = bisect_right(starts, event_id) - 1
        if at < 0 or recent[at][1] < event_id:
            unsealed.append(event_id)
            if len(unsealed) >= most:
                break
    return unsealed


def _recent() -> tuple[int, Ranges]:
    """(the id up to which nothing can come late any more, what the seals since then hold in order)."""
    since = clock.now() - LATE
    older = Seal.objects.filter(sealed_at__lt=since).order_by("-number").values_list("highest_id", flat=True).first()
    recent = Seal.objects.filter(sealed_at__gte=since).values_list("members", flat=True)
    return older or 0, sorted(pair for members in recent for pair in parse_ranges(members))


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


def verify(exported: dict[str, Any] | None = None) -> Iterator[Problem]:
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
        yield Problem(int(exported["number"]), "the exported seal is not in the chain as it was exported")
    yield from _inserted(sorted(held))


def _is(seal: Seal, exported: dict[str, Any]) -> bool:
    return bool(seal.number == exported["number"] and seal.digest == exported["digest"])


def _chain_problems(seal: Seal, expected: int, previous: str) -> Iterator[Problem]:
    if seal.number != expected:
        yield Problem(seal.number, f"seal {expected} is missing before it")
    if seal.previous != previous:
        yield Problem(seal.number, "it does not follow the seal before it")
    if seal.digest != digest_of(seal):
        yield Problem(seal.number, "the seal itself was altered")


def _row_problems(seal: Seal) -> Iterator[Problem]:
    if seal.purged_at is not None:
        return
    rows = _rows(parse_ranges(seal.members))
    if len(rows) != seal.count:
        yield Problem(seal.number, f"{seal.count} events were sealed and {len(rows)} are there (ids {seal.members})")
    elif rows_digest(rows) != seal.rows_digest:
        yield Problem(seal.number, f"an event was altered or exchanged (ids {seal.members})")


def _inserted(held: Ranges) -> Iterator[Problem]:
    """Events that were slipped in behind the seals: lower than what can still come late, and in no seal."""
    floor, _late = _recent()
    low = 1
    for first, last in [*held, (floor + 1, floor + 1)]:
        high = min(first - 1, floor)
        if low <= high and Event.objects.filter(id__range=(low, high)).exists():
            yield Problem(0, f"an event with an id in {low}-{high} is in no seal: it was inserted afterwards")
        low = max(low, last + 1)


def export() -> dict[str, Any] | None:
    """The newest seal as what is printed or sent out; None before the first."""
    seal = Seal.objects.order_by("-number").first()
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
