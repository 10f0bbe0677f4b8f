"""Tamper with every audit event and compare with the last exported seal; on PostgreSQL.

Each event of each seal is altered, removed and reordered by somebody who may disable the triggers. One event of each
seal is changed at a time: `verify` must name exactly the changed seals, so each event is judged separately. Then single
changes are checked through the command: a sample, the last seals removed together with their events, and chains rebuilt
from the altered seal on, which only the exported seal reveals.
"""

import contextlib
import io
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.database import run_on_postgres, set_up
from bench.report import Report

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000"))
A_SEAL = 25  # what a desk writes in the ten seconds between two seals
SAMPLE = 12
Tamper = Callable[[list[int]], None]


def fill() -> None:
    """Write events as the portal does, and seal them as they come."""
    from django.db import connection

    from submissions.audit import events, hash_chain
    from submissions.audit.events import SYSTEM

    for number in range(EVENTS):
        events.record("looked", by=SYSTEM, purpose="review", fields={"number": number, "shown": ["KP-AAAA2222"]})
        if number % A_SEAL == A_SEAL - 1:
            assert hash_chain.seal_due()
    assert hash_chain.unsealed_ids(1) == []
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE submissions_event, submissions_seal")


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Disable the triggers inside the block, as the database's owner can, and roll the changes back afterwards."""
    from django.db import connection, transaction

    with transaction.atomic():
        connection.cursor().execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def alter(ids: list[int]) -> None:
    from submissions.models import Event

    Event.objects.filter(pk__in=ids).update(actor_name="somebody else")


def remove(ids: list[int]) -> None:
    from submissions.models import Event

    Event.objects.filter(pk__in=ids).delete()


def exchange_with_next(ids: list[int]) -> None:
    """Swap each of `ids` with the event after it; the very last with the one before."""
    from django.db import connection

    pairs = [(pk, pk + 1 if pk + 1 in POSITIONS else pk - 1) for pk in ids]
    here = [place for pair in pairs for place in pair]
    there = [place for pair in pairs for place in reversed(pair)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_event SET id = -id WHERE id = ANY(%s)", [here])
        moved = "FROM unnest(%s::bigint[], %s::bigint[]) AS place(old, new) WHERE id = -place.old"
        cursor.execute(f"UPDATE submissions_event SET id = place.new {moved}", [here, there])


POSITIONS: dict[int, int] = {}  # event id: number of its seal


def found_in_every_position(tamper: Tamper, exported: dict[str, Any], neighbours: int = 0) -> int:
    """Return the number of events whose tampering is detected.

    `neighbours`: how many more events each tampering touches.
    """
    rounds = [sorted(POSITIONS)[offset::A_SEAL] for offset in range(A_SEAL - neighbours)]
    if neighbours:  # swapping the last event of a seal affects the next one, so every other seal at a time
        border = sorted(POSITIONS)[A_SEAL - 1 :: A_SEAL]
        rounds += [border[0::2], border[1::2]]
    return sum(_found(tamper, ids, exported) for ids in rounds)


def _found(tamper: Tamper, ids: list[int], exported: dict[str, Any]) -> int:
    from submissions.audit import hash_chain

    with undone():
        tamper(ids)
        named = {problem.seal for problem in hash_chain.verify(exported)}
    touched = {POSITIONS[pk] for pk in ids}
    also = {POSITIONS.get(pk + 1, POSITIONS[pk]) for pk in ids} if tamper is exchange_with_next else set()
    return sum(POSITIONS[pk] in named for pk in ids) if named <= touched | also else 0


def is_detected_by_command(file: Path) -> bool:
    """Return whether `manage.py verify_events --seal FILE` reports a problem."""
    from django.core.management import CommandError, call_command

    try:
        call_command("verify_events", "--seal", str(file), stdout=io.StringIO())
    except CommandError:
        return True
    return False


def sampled(file: Path) -> tuple[int, int]:
    """Return (found, tried): single changes through the command, including the first and the last events."""
    ids = sorted(POSITIONS)
    some = [ids[0], ids[-1], ids[-2], *random.Random(7).sample(ids, SAMPLE - 3)]
    found = 0
    for pk in some:
        for tamper in (alter, remove, exchange_with_next):
            with undone():
                tamper([pk])
                found += is_detected_by_command(file)
    return found, 3 * len(some)


def ends_cut_off(file: Path, every: int) -> tuple[int, int]:
    """Return (found, tried): the last seals removed together with their events, from one to all of them."""
    from submissions.models import Event, Seal

    numbers = list(Seal.objects.order_by("-number").values_list("number", flat=True))[::every]
    found = 0
    for number in numbers:
        with undone():
            Event.objects.filter(pk__in=[pk for pk, seal in POSITIONS.items() if seal >= number]).delete()
            Seal.objects.filter(number__gte=number).delete()
            found += is_detected_by_command(file)
    return found, len(numbers)


def rewritten(file: Path, every: int) -> tuple[int, int]:
    """Return (found, tried) after altering an event and rebuilding the chain from its seal on.

    Such a chain is consistent in itself.
    """
    from submissions.audit import hash_chain
    from submissions.models import Seal

    numbers = list(Seal.objects.order_by("-number").values_list("number", flat=True))[::every]
    found = 0
    for number in numbers:
        with undone():
            alter([min(pk for pk, seal in POSITIONS.items() if seal == number)])
            Seal.objects.filter(number__gte=number).delete()
            while hash_chain.seal_due(A_SEAL):
                pass
            assert not list(hash_chain.verify()), "the forged chain is no good forgery"
            found += is_detected_by_command(file)
    return found, len(numbers)


def main() -> int:
    if (ended := run_on_postgres("seals")) is not None:
        return ended
    set_up()
    fill()
    from submissions.audit import hash_chain
    from submissions.models import Seal

    exported = hash_chain.export()
    assert exported is not None
    for seal in Seal.objects.all():
        for low, high in hash_chain.parse_ranges(seal.members):
            POSITIONS.update(dict.fromkeys(range(low, high + 1), seal.number))
    assert len(POSITIONS) == EVENTS
    report = Report(f"{EVENTS:,} sealed events in {exported['number']} seals, tampered with (PostgreSQL)")
    took = [_seconds(lambda: list(hash_chain.verify(exported))) for _turn in range(5)]
    between = EVENTS / min(took) - EVENTS / max(took)
    report.add("seals: events verified", EVENTS / statistics.median(took), "a second", spread=between)
    for name, tamper, neighbours in (
        ("altered", alter, 0),
        ("removed", remove, 0),
        ("reordered", exchange_with_next, 1),
    ):
        found = found_in_every_position(tamper, exported, neighbours)
        against = "positions"
        report.add(f"seals: {name} and found", found, "", against=against, reference=EVENTS, at_least=1, at_most=1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "seal.json"
        file.write_text(json.dumps(exported))
        assert not is_detected_by_command(file), "an unchanged audit log is reported as tampered with"
        for name, (found, tried) in {
            "one at a time, by the command": sampled(file),
            "ends cut off with their seals": ends_cut_off(file, every=40),
            "chain made again from there on": rewritten(file, every=50),
        }.items():
            report.add(f"seals: {name}", found, "", against="tried", reference=tried, at_least=1, at_most=1)
        report.add("seals: honest record called tampered with", float(is_detected_by_command(file)), "", at_most=0)
    return report.finish()


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
