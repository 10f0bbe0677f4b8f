"""Measure Step 2 calls through a real worker, against the limit set by the vendor's response time.

The stub vendor replies after 300 ms; every call carries a selfie of 1 MB that the worker reads encrypted from the
storage. One worker process, as in the Procfile. It runs the whole ledger: claim, counts, lease, the encrypted reply,
the transition and its event.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
from django.db import connection
from django.db.models import Max, Min

from bench import ROOT, vendor
from bench.report import Report
from bench.size import IS_SMALL
from kycportal import health
from kycportal.celery import app
from submissions.core import clock, task_queue
from submissions.models import Attempt, Call, CallKind, CallState, Image, ImageKind, Project, Status, Submission

CALLS = 40 if IS_SMALL else 2_000
AT_ONCE, TAKES = 16, 0.3
THREADS = 40  # as in the Procfile; one project gets 27 of them, of which about 15 wait for the vendor
SELFIE = 1_000_000
MIN_OF_LIMIT = 0.9
MAX_CPU = 25.0  # ms per call, worker and database together
MAX_GROWTH = 16.0  # MB, from a quarter of the calls to the last
STARTS_WITHIN, ENDS_WITHIN = 120.0, 900.0  # seconds


def measure() -> int:
    report = Report(f"Step 2 calls through one worker, selfie of {SELFIE / 1e6:g} MB, ARGOS replies after 300 ms")
    memory: list[float] = []
    with vendor.running(TAKES) as url:
        prepare(CALLS, url, 60)
        with worker() as process:
            per_second, cpu_seconds = rate(CALLS, [process], memory)
    report.add("calls: rate", per_second, "1/s", against="16 at once", reference=AT_ONCE / TAKES, at_least=MIN_OF_LIMIT)
    for part, seconds in cpu_seconds.items():
        report.add(f"calls: CPU per call, {part}", seconds / CALLS * 1000, "ms")
    total = sum(cpu_seconds.values())
    report.add("calls: CPU per call, together", total / CALLS * 1000, "ms", at_most=MAX_CPU)
    report.add("calls: calls per core and second", CALLS / total, "1/s")
    grown = memory[-1] - memory[len(memory) // 4]
    report.add(f"calls: memory over {CALLS:,} calls", grown, "MB", at_most=MAX_GROWTH)
    return report.finish()


def prepare(many: int, url: str, number: int) -> None:
    """Write prepared Step 2 calls of one project, each for attempt `number` of its submission, with a selfie."""
    project = Project.objects.order_by("name")[0]
    project.base_url, project.calls_per_second, project.calls_per_day = url, 5_000, 500_000
    project.save()
    chosen = Submission.objects.filter(status__in=(Status.PENDING, Status.APPROVED), project=project)
    submissions = list(
        chosen.filter(calls__kind=CallKind.STEP2).exclude(calls__state=CallState.PREPARED).distinct()[:many]
    )
    if len(submissions) < many:
        raise SystemExit(f"the data has {len(submissions)} submissions of this project that can send, not {many}")
    for start in range(0, many, 100):
        _prepare(submissions[start : start + 100], project, number)


def _prepare(submissions: list[Submission], project: Project, number: int) -> None:
    now, ids = clock.now(), [submission.pk for submission in submissions]
    began = now - timedelta(hours=4)
    Submission.objects.filter(pk__in=ids).update(
        status=Status.STEP2_SENDING,
        selfies_sent=0,
        decided_at=None,
        decided_by=None,
        source="",
        step1_started_at=began,
        deadline_at=began + timedelta(hours=24),
    )
    Image.objects.filter(submission__in=ids, kind=ImageKind.SELFIE).delete()
    images, attempts, calls = [], [], []
    for submission in submissions:
        content = os.urandom(SELFIE)
        image = Image(submission=submission, kind=ImageKind.SELFIE, size=SELFIE, width=1200, height=1600)
        image.sha256 = hashlib.sha256(content).hexdigest()
        image.store(content)
        attempt = Attempt(submission=submission, kind=CallKind.STEP2, number=number, created_at=now)
        attempt.values = submission.values
        attempt.images = [{"id": str(image.pk), "field": "faceImage", "sha256": image.sha256}]
        call = Call(submission=submission, attempt=attempt, kind=CallKind.STEP2, returns_to=Status.CONFIRMING)
        call.not_before = call.prepared_at = now
        call.urgency_at = began + timedelta(hours=24)
        images.append(image)
        attempts.append(attempt)
        calls.append(call)
    Image.objects.bulk_create(images)
    Attempt.objects.bulk_create(attempts)
    Call.objects.bulk_create(calls)


@contextmanager
def worker() -> Iterator[psutil.Process]:
    """Start the worker as the Procfile does."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "kycportal", "worker", "--pool", "threads"]
    command += ["--concurrency", str(THREADS), "--loglevel", "WARNING"]
    log = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_until_it_works()
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_works() -> None:
    health.broker().delete(health.HEARTBEAT)
    app.send_task("kycportal.health.note_heartbeat")
    until = time.monotonic() + STARTS_WITHIN
    while not health.broker().exists(health.HEARTBEAT):
        if time.monotonic() > until:
            raise SystemExit("the worker does not start")
        time.sleep(0.1)


def wake_for(many: int) -> None:
    """Send one wake-up per call, as the user's action would have."""
    for _each in range(many):
        app.send_task(task_queue.SEND)


def rate(many: int, workers: list[psutil.Process], memory: list[float]) -> tuple[float, dict[str, float]]:
    """Return calls per second, from the first start to the last end, and the CPU seconds used by part."""
    started = clock.now()
    mine = Call.objects.filter(kind=CallKind.STEP2, prepared_at__gt=started - timedelta(hours=1))
    ended = mine.filter(state=CallState.ANSWERED)
    until, before, done_before = time.monotonic() + ENDS_WITHIN, _cpu(workers), ended.count()
    wake_for(many)
    while _is_any_open():
        if time.monotonic() > until:
            break
        time.sleep(0.5)
        memory.append(sum(worker.memory_info().rss for worker in workers) / 1e6)
    used = {part: seconds - before[part] for part, seconds in _cpu(workers).items()}
    if (answered := ended.count() - done_before) < many:
        raise SystemExit(f"only {answered} of {many} calls got a reply")
    times = ended.filter(sent_at__gte=started).aggregate(first=Min("sent_at"), last=Max("ended_at"))
    return many / (times["last"] - times["first"]).total_seconds(), used


def _is_any_open() -> bool:
    """Query the partial indexes of open calls; counting all calls would read the whole table each time."""
    states = (CallState.PREPARED, CallState.SENT, CallState.UNKNOWN)
    return any(Call.objects.filter(state=state).exists() for state in states)


def _cpu(workers: list[psutil.Process]) -> dict[str, float]:
    """Return the CPU seconds so far of the workers and the database's processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = [pid for (pid,) in cursor.fetchall()]
    return {"worker": sum(_seconds(worker.pid) for worker in workers), "database": sum(map(_seconds, pids))}


def _seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
