"""Measure memory and CPU of web, worker and beat without users, and the number of rows that their queries read.

They start as the Procfile does. Shared memory is counted once (PSS); the database counts the rows read, among a million
submissions and among ten thousand.
"""

import os
import time

import psutil
from django.db import connection

from bench import processes
from bench.databases import using
from bench.dataset import here
from bench.report import Report
from bench.size import IS_SMALL, LARGE, LITTLE
from kycportal.run import free_port

QUIET, WATCHED = (4, 4) if IS_SMALL else (45, 120)  # seconds: of start-up, then of measuring
MAX_MB, MAX_CPU, MAX_ROWS = 400, 2.0, 1.25
READ = "SELECT COALESCE(sum(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)), 0) FROM pg_stat_user_tables"


def measure() -> int:
    report = Report(f"Idle for {WATCHED} s")
    memory, cpu, among_many = _watch(here.LARGE_SET)
    _memory, _cpu, among_few = _watch(here.LITTLE_SET)
    report.add("idle: memory of web, worker and beat", sum(memory.values()), "MB", at_most=MAX_MB)
    for name, part in memory.items():
        report.add(f"idle: memory of {name}", part, "MB")
    report.add("idle: CPU", cpu, "% of a core", at_most=MAX_CPU)
    report.add(
        f"idle: rows read among {LARGE:,}",
        among_many,
        "1/s",
        against=f"among {LITTLE:,}",
        reference=max(among_few, 1e-9),
        at_most=MAX_ROWS,
    )
    return report.finish()


def _watch(database: str) -> tuple[dict[str, float], float, float]:
    """Return MB by process, percent of a core, and rows read per second."""
    environment = {**os.environ, "DATABASE_URL": here.url_of(database), "DJANGO_SETTINGS_MODULE": "kycportal.settings"}
    environment["PORT"] = str(free_port())
    with processes.portal(environment) as started, using(database):
        time.sleep(QUIET)
        before, rows, began = _seconds(started), _rows_read(), time.monotonic()
        time.sleep(WATCHED)
        taken = time.monotonic() - began
        cpu = (_seconds(started) - before) / taken * 100
        memory = {name: megabytes(process) for name, process in started.items()}
        return memory, cpu, (_rows_read() - rows) / taken


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def megabytes(process: psutil.Process) -> float:
    """Return the memory of the process and its children; what they share counts once."""
    return float(sum(member.memory_full_info().pss for member in _family(process)) / 1e6)


def _seconds(started: dict[str, psutil.Process]) -> float:
    members = [member for process in started.values() for member in _family(process)]
    return float(sum(times.user + times.system for times in (member.cpu_times() for member in members)))


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(READ)
        return int(cursor.fetchone()[0])
