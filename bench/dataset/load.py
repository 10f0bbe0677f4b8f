"""Fill a database with generated submissions: two processes COPY rows, then PostgreSQL builds the indexes.

Foreign keys are not checked during loading (they refer to rows of the same generation); all other constraints are.
`check` decrypts and searches a sample with the portal's own code.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from bench.dataset import history, staff
from bench.dataset.people import person
from bench.dataset.rows import TABLES, TEMPLATES, Filed
from submissions.audit import hash_chain
from submissions.core import clock
from submissions.models import Event, NextCheck, Role, Seal, Status, Submission, User
from submissions.search import blind_index

CHUNK = 5_000
PROCESSES = 2
SEALED_TOGETHER = 5_000
# The events of each submission, derived from its row: (kind, its time column, the actor, the rows that have it).
EVENTS = (
    ("created", "created_at", "agent", "TRUE"),
    ("step1_prepared", "step1_started_at", "agent", "step1_started_at IS NOT NULL"),
    ("step2_prepared", "first_step2_at", "agent", "first_step2_at IS NOT NULL"),
    ("pending", "pending_at", "vendor", "pending_at IS NOT NULL"),
    ("try_not_accepted", "first_step2_at", "vendor", "retry_code <> '' AND first_step2_at IS NOT NULL"),
    ("approved", "decided_at", "decider", "status = 'approved'"),
    ("rejected", "decided_at", "decider", "status = 'rejected'"),
    ("closed_without_step2", "decided_at", "portal", "status = 'abandoned'"),
)
FILLED_AT = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
ACTORS = {
    "agent": ("s.created_by_id", "a.username"),
    "vendor": ("NULL::bigint", "'vendor'"),
    "portal": ("NULL::bigint", "'portal'"),
    "decider": ("s.decided_by_id", "COALESCE(d.username, 'vendor')"),
}


def fill(rows: int) -> None:
    """Fill the empty database of DATABASE_URL with the data of three years."""
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("stock").get_models():
            editor.create_model(model)
    staff.make()
    later = set_aside_indexes([model._meta.db_table for model in (*TABLES, Event, NextCheck)])
    now = clock.now().isoformat()
    parts = [_start_part(rows, part, now) for part in range(PROCESSES)]
    if any(part.wait() for part in parts):
        raise SystemExit("filling failed")
    _print_progress(began, f"{rows:,} submissions")
    _write_events()
    _write_next_checks()
    _print_progress(began, "events and next checks")
    with _raw() as raw:
        for statement in later:
            raw.execute(statement)
    _print_progress(began, "indexes")
    _seal()
    _print_progress(began, "seals")
    with _raw() as raw:
        raw.execute("VACUUM (ANALYZE)")
        raw.execute(f"COMMENT ON DATABASE {raw.info.dbname} IS '{now}'")
    check()
    _print_progress(began, "done")


def _print_progress(began: float, what: str) -> None:
    print(f"  {time.perf_counter() - began:6.1f} s  {what}", flush=True)


def _raw() -> psycopg.Connection[tuple[object, ...]]:
    connection_to = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection_to.execute("SET session_replication_role = replica")
    return connection_to


def set_aside_indexes(tables: list[str]) -> list[str]:
    """Drop what only slows down loading; return the statements that restore it."""
    indexes = """SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public'
        AND i.tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)"""
    uniques = """SELECT c.conname, c.conrelid::regclass::text, pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.contype = 'u' AND c.conrelid::regclass::text = ANY(%s)"""
    later = []
    with _raw() as raw:
        for name, definition in raw.execute(indexes, [tables]).fetchall():
            raw.execute(f'DROP INDEX "{name}"')
            later.append(str(definition))
        for name, table, definition in raw.execute(uniques, [tables]).fetchall():
            raw.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            later.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    return later


def _start_part(rows: int, part: int, now: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.dataset.part", str(rows), str(part), now]
    return subprocess.Popen(command)


def load_part(rows: int, part: int, now_text: str) -> None:
    """Load every second chunk of rows, oldest first, so that the tables are in the order of time, as real ones are."""
    now = clock.now().fromisoformat(now_text)
    kinds, people = history.order(rows), staff.read()
    finals = kinds.count(None)
    with _raw() as raw:
        for start in range(part * CHUNK, rows, CHUNK * PROCESSES):
            made: dict[type[models.Model], list[str]] = {model: [] for model in TABLES}
            for number in range(start, min(start + CHUNK, rows)):
                chance = random.Random(number)
                life = history.live(number, finals, kinds[number], now, chance)
                for model, line in Filed(number, life, person(number, chance), people, chance).rows():
                    made[model].append(line)
            for model, lines in made.items():
                _copy(raw, model, lines)


def _copy(raw: psycopg.Connection[tuple[object, ...]], model: type[models.Model], lines: list[str]) -> None:
    columns = ", ".join(f'"{column}"' for column in TEMPLATES[model].columns)
    with raw.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        copy.write("\n".join(lines) + "\n" if lines else "")


def _write_events() -> None:
    """Write the events of all submissions in the order of time."""
    selects = (
        f"""SELECT s.{at} AS at, '{kind}' AS kind, {ACTORS[who][0]} AS actor_id, {ACTORS[who][1]} AS actor_name,
            s.id AS submission_id FROM submissions_submission s JOIN submissions_user a ON a.id = s.created_by_id
            LEFT JOIN submissions_user d ON d.id = s.decided_by_id WHERE {which}"""
        for kind, at, who, which in EVENTS
    )
    with _raw() as raw:
        raw.execute("SET work_mem = '256MB'")
        raw.execute(f"""INSERT INTO submissions_event
            (at, kind, actor_id, actor_name, submission_id, purpose, fields, row)
            SELECT at, kind, actor_id, actor_name, submission_id, '', '{{}}'::jsonb, gen_random_uuid()
            FROM ({" UNION ALL ".join(selects)}) told ORDER BY at""")


def _write_next_checks() -> None:
    """Write a next check of each approved submission: one customer in ten is of high risk, two are of low risk."""
    risk = (
        "CASE abs(hashtext(id::text)) % 10 WHEN 0 THEN 'high' WHEN 1 THEN 'low' WHEN 2 THEN 'low' ELSE 'standard' END"
    )
    years = "CASE risk WHEN 'high' THEN 1 WHEN 'low' THEN 5 ELSE 3 END"
    with _raw() as raw:
        raw.execute(f"""INSERT INTO submissions_nextcheck (submission_id, project_id, team_id, risk, due_on)
            SELECT id, project_id, team_id, risk, (decided_at + make_interval(years => {years}))::date
            FROM (SELECT *, {risk} AS risk FROM submissions_submission WHERE status = 'approved') approved""")


def _seal() -> None:
    """Build the hash chain over all events; each seal has the time of its newest event."""
    ids = Event.objects.order_by("id").values_list("id", flat=True)
    last: Seal | None = None
    for number, batch in enumerate(_batches(ids.iterator(chunk_size=50_000)), start=1):
        last = _next_seal(number, batch, last)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for event_id in ids:
        batch.append(event_id)
        if len(batch) == SEALED_TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _next_seal(number: int, ids: list[int], last: Seal | None) -> Seal:
    members = hash_chain.ranges_text(ids)
    rows = hash_chain._rows(hash_chain.parse_ranges(members))
    newest = max(row[1] for row in rows)
    made = Seal(number=number, members=members, count=len(ids), highest_id=ids[-1], newest_at=newest)
    made.sealed_at, made.rows_digest = newest, hash_chain.rows_digest(rows)
    made.previous = last.digest if last else hash_chain.FIRST
    made.digest = hash_chain.digest_of(made)
    made.save(force_insert=True)
    return made


def check() -> None:
    """Check that a sample can be decrypted and found by e-mail, and that no reference is broken."""
    officer = User.objects.filter(role=Role.OFFICER).first()
    assert officer is not None
    for submission in Submission.objects.order_by("reference")[:25]:
        values = submission.values
        found = blind_index.find(officer, values["email"])
        assert [row.pk for row in found] == [submission.pk], submission.reference
        assert all(attempt.values and attempt.call.reply for attempt in submission.attempts.select_related("call"))
    pending = Submission.objects.awaiting_review().count()
    assert pending, "nobody waits for review"
    assert Submission.objects.filter(status=Status.APPROVED).exists()


def freshen() -> None:
    """Bring a kept database up to date: apply migrations, and shift open deadlines by the time since it was filled."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        told = cursor.fetchone()[0]
        passed = clock.now() - clock.now().fromisoformat(told)
        if passed < timedelta(minutes=10):
            return
        names = ("created_at", "updated_at", "step1_started_at", "deadline_at", "first_step2_at", "pending_at")
        moved = ", ".join(f"{name} = {name} + %(passed)s" for name in (*names, "target_at", "next_read_at"))
        for table in ("submissions_submission", "stock_plainsubmission"):
            columns = moved if table.startswith("submissions") else _without(moved)
            cursor.execute(f"UPDATE {table} SET {columns} WHERE decided_at IS NULL", {"passed": passed})
        cursor.execute(f"COMMENT ON DATABASE {connection.settings_dict['NAME']} IS '{clock.now().isoformat()}'")


def _without(moved: str) -> str:
    held = ("created_at", "updated_at", "deadline_at", "pending_at", "target_at")
    return ", ".join(part for part in moved.split(", ") if part.split(" ")[0] in held)
