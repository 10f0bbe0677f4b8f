"""Measure sixteen concurrent writers of audit events on PostgreSQL, against a plain insert of the same rows.

The plain table has the columns and indexes of the audit log, but no trigger and no seals. Its rows are written by a
bare INSERT through Django's cursor, one per commit, without models. The server syncs every commit to disk, as in
production. Both run in turns, so that other load affects both; their medians are compared.
"""

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.database import run_on_postgres, set_up
from bench.report import Report

WRITERS = 16
TURNS = 11
SECONDS = 3.0
MINIMUM = 0.8
PLAIN = "bench_plain_event"
COLUMNS = "at, kind, actor_id, actor_name, address, submission_id, purpose, fields, row, reason_sealed"
FORK = multiprocessing.get_context("fork")


def written(row: int) -> dict[str, Any]:
    """Return the data of one event, the same for both."""
    return {"kind": "looked", "purpose": "review", "fields": {"shown": ["KP-AAAA2222", "KP-BBBB3333"], "row": row}}


def ours() -> Callable[[int], None]:
    from submissions.audit import events
    from submissions.audit.events import Actor

    by = Actor(None, "officer", "127.0.0.1")

    def write(row: int) -> None:
        said = written(row)
        events.record(said["kind"], by=by, purpose=said["purpose"], fields=said["fields"])

    return write


def plain() -> Callable[[int], None]:
    import json
    import uuid

    from django.db import connection
    from django.utils import timezone

    insert = f"INSERT INTO {PLAIN} ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"

    def write(row: int) -> None:
        said = written(row)
        fields = json.dumps(said["fields"])
        given = (timezone.now(), said["kind"], None, "officer", "127.0.0.1", None, said["purpose"], fields)
        with connection.cursor() as cursor:
            cursor.execute(insert, (*given, uuid.uuid4(), None))
            cursor.fetchone()

    return write


WAYS = {"ours": ours, "plain": plain}


def write_for(way: str, begin: float) -> int:
    """Return the number of rows that this process wrote between `begin` (seconds since 1970) and `SECONDS` later."""
    write = WAYS[way]()
    write(-1)  # connected, and every statement run once
    time.sleep(max(0.0, begin - time.time()))
    count = 0
    while time.time() < begin + SECONDS:
        write(count)
        count += 1
    return count


def work(way: str, orders: Any) -> None:
    """Run a writer: receive the start time of each turn, return its count."""
    while True:
        orders.send(write_for(way, orders.recv()))


def seal() -> None:
    """Seal every second; beat and a worker do it every ten seconds."""
    from submissions.audit import hash_chain

    while True:
        hash_chain.seal_due()
        time.sleep(1)


def start(act: Callable[..., None], *given: Any) -> Any:
    """Fork a process that ends with this one, so that Django is set up once. No connection is open yet."""
    process = FORK.Process(target=act, args=given, daemon=True)
    process.start()
    return process


class Processes:
    """Sixteen processes of one kind, which wait between turns."""

    def __init__(self, way: str) -> None:
        pipes = [FORK.Pipe() for _writer in range(WRITERS)]
        self.processes = [start(work, way, theirs) for _ours, theirs in pipes]
        self.people = [ours for ours, _theirs in pipes]

    def turn(self) -> float:
        """Return rows per second of all writers together."""
        begin = time.time() + 0.5
        for person in self.people:
            person.send(begin)
        return sum(person.recv() for person in self.people) / SECONDS

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()


def make_plain_table() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {PLAIN} (LIKE submissions_event INCLUDING ALL)")


def check() -> int:
    """Check that every event was written and that the chain verifies; return their number."""
    from submissions.audit import hash_chain
    from submissions.models import Event

    while hash_chain.seal_due():
        pass
    assert not list(hash_chain.verify(hash_chain.export())), "the record does not hold"
    return Event.objects.count()


def measure() -> int:
    from django.db import connection

    set_up()
    make_plain_table()
    connection.close()  # before anything is forked
    crews = {way: Processes(way) for way in WAYS}
    sealer = start(seal)
    for crew in crews.values():
        crew.turn()  # warm
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _turn in range(TURNS):
        for way, crew in crews.items():
            rates[way].append(crew.turn())
    for crew in crews.values():
        crew.stop()
    sealer.kill()
    return report_figures(rates, check())


def report_figures(rates: dict[str, list[float]], events: int) -> int:
    report = Report(f"{WRITERS} writers of events at once, PostgreSQL, {TURNS} turns of {SECONDS:g} s each")
    medians = {way: statistics.median(found) for way, found in rates.items()}
    report.add(
        "writers: events", medians["ours"], "a second",
        against="plain insert", reference=medians["plain"], at_least=MINIMUM, spread=between(rates["ours"]),
    )  # fmt: skip
    report.add("writers: plain inserts", medians["plain"], "a second", spread=between(rates["plain"]))
    report.add("writers: events written, sealed and verified", events, "")
    return report.finish()


def between(found: list[float]) -> float:
    return max(found) - min(found)


def main() -> int:
    ended = run_on_postgres("writers", "-c fsync=on -c synchronous_commit=on")
    return measure() if ended is None else ended


if __name__ == "__main__":
    sys.exit(main())
