"""Add audit events to a hash chain in batches, and detect events that were altered, removed, inserted or reordered.

Writers only insert; a periodic task adds new events to the chain. An event whose transaction commits late, with an id
below ids already in the chain, goes into the next link unless it is later than `LATE`. The task may be down for any
time, because lateness is measured from the newest link and not from now.
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
GAPS_AT_ONCE = 200  # in one statement; each rolled-back transaction of those minutes leaves a gap
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
    """A sign of tampering. `seal`: the number of the link, 0 if it concerns none."""

    seal: int
    text: str


def seal_due(batch: int = BATCH) -> Seal | None:
    """Add at most `batch` new events to the chain; None if there are none or another process was first."""
    began, last = clock.now(), newest()
    ids = unsealed_ids(batch)
    if not ids:
        return None
    members = ranges_text(ids)
    rows = _rows(parse_ranges(members))
    made = Seal(
        number=last.number + 1 if last else 1,
        sealed_at=began,  # before the query, so that events that commit during it count as late
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
    """Return the ids of events outside the chain, lowest first.

    The query does not read events of the chain again, so its cost does not grow with the number of recent links.
    """
    floor, recent = _recent()
    gaps = _gaps(floor, recent)
    unsealed: list[int] = []
    for start in range(0, len(gaps), GAPS_AT_ONCE):
        within = reduce(or_, (Q(id__range=gap) for gap in gaps[start : start + GAPS_AT_ONCE]))
        # Repeat the floor: the index scan needs one lower bound, not the lowest of many ranges.
        events = Event.objects.filter(within, id__gt=floor).order_by("id").values_list("id", flat=True)
        unsealed += events[: most - len(unsealed)]
        if len(unsealed) >= most:
            break
    return unsealed


def _recent() -> tuple[int, Ranges]:
    """Return the id up to which no event can come late, and the sorted ranges of the links after it.

    When the newest link was made, every transaction that had begun `LATE` before it had ended and was visible.
    """
    last = newest()
    if last is None:
        return 0, []
    since = last.sealed_at - LATE
    older = Seal.objects.filter(sealed_at__lt=since).order_by("-number").values_list("highest_id", flat=True).first()
    recent = Seal.objects.filter(sealed_at__gte=since).values_list("members", flat=True)
    return older or 0, sorted(pair for members in recent for pair in parse_ranges(members))


def _gaps(floor: int, held: Ranges) -> Ranges:
    """Return the ranges above `floor` and outside the sorted ranges; the last one is open."""
    gaps, low = [], floor + 1
    for first, last in held:
        if low < first:
            gaps.append((low, first - 1))
        low = max(low, last + 1)
    return [*gaps, (low, HIGHEST)]


def oldest_unsealed_at() -> datetime | None:
    """Return the time of the oldest event outside the chain."""
    ids = unsealed_ids(1)
    return Event.objects.filter(id=ids[0]).values_list("at", flat=True).first() if ids else None


def oldest_unsealed_age() -> float | None:
    """Return the age of the oldest event outside the chain in seconds, at least 0; None if there is none."""
    at = oldest_unsealed_at()
    return None if at is None else max(0.0, (clock.now() - at).total_seconds())


def rows_of(seal: Seal) -> list[tuple[Any, ...]]:
    """Return the columns of the events of the seal, in the order of the chain."""
    return _rows(parse_ranges(seal.members))


def _rows(pairs: Ranges) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for low, high in pairs:
        rows += Event.objects.filter(id__range=(low, high)).order_by("id").values_list(*COLUMNS)
    return rows


def rows_digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return the SHA-256 of the rows, each in one canonical form on every database."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(hashlib.sha256(_canonical(row)).digest())
    return digest.hexdigest()


def _canonical(row: tuple[Any, ...]) -> bytes:
    return json.dumps([plain(value) for value in row], sort_keys=True, ensure_ascii=False).encode()


def plain(value: Any) -> Any:
    """Return the value as JSON has it: the form that the digests are computed from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value if isinstance(value, (int, str, dict, list, type(None))) else str(value)


def digest_of(seal: Seal) -> str:
    """Return the SHA-256 of all columns of the link; a change of them, or of an earlier link, changes it."""
    columns = [
        seal.number,
        plain(seal.sealed_at),
        seal.members,
        seal.count,
        seal.highest_id,
        plain(seal.newest_at),
        seal.rows_digest,
        seal.previous,
    ]
    return hashlib.sha256(json.dumps(columns).encode()).hexdigest()


def ranges_text(ids: list[int]) -> str:
    """Return sorted ids as ranges, such as "1-500,502"."""
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
    """Yield every sign of tampering, in the order of the chain.

    Args:
        exported: a link that left this system earlier (`export`); the chain must still contain it unchanged. Without
            one, the removal of the last events together with their links cannot be detected.
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
    rows = rows_of(seal)
    if len(rows) != seal.count:
        yield ChainProblem(
            seal.number, f"{seal.count} events were sealed and {len(rows)} are there (ids {seal.members})"
        )
    elif rows_digest(rows) != seal.rows_digest:
        yield ChainProblem(seal.number, f"an event was altered or exchanged (ids {seal.members})")


def _inserted(held: Ranges) -> Iterator[ChainProblem]:
    """Yield events outside the chain whose id is below any id that can still come late: somebody inserted them."""
    floor, _late = _recent()
    low = 1
    for first, last in [*held, (floor + 1, floor + 1)]:
        high = min(first - 1, floor)
        if low <= high and Event.objects.filter(id__range=(low, high)).exists():
            yield ChainProblem(0, f"an event with an id in {low}-{high} is in no seal: it was inserted afterwards")
        low = max(low, last + 1)


def export() -> dict[str, Any] | None:
    """Return the newest link for printing or sending; None before the first."""
    seal = newest()
    if seal is None:
        return None
    return {"number": seal.number, "digest": seal.digest, "sealed_at": plain(seal.sealed_at), "up_to": seal.highest_id}


def purge(before: datetime) -> int:
    """Delete the events of whole links older than `before` and keep the links; return the number of events.

    PostgreSQL allows it to the role `kyc_purger` only; SQLite allows it to nobody.
    """
    removed = 0
    for seal in Seal.objects.filter(purged_at=None, newest_at__lt=before).order_by("number").iterator(chunk_size=100):
        with transaction.atomic():
            for low, high in parse_ranges(seal.members):
                removed += Event.objects.filter(id__range=(low, high)).delete()[0]
            Seal.objects.filter(pk=seal.pk).update(purged_at=clock.now())
    return removed
