"""Measure the response times of a desk of fifty users for ten minutes, with the database and Redis 2 ms away.

Web, worker and beat run as in the Procfile; everything they send to PostgreSQL and Redis goes through `bench.delay`,
whose delay is measured first. The users (`bench.desk`) work over HTTP against a million submissions, ARGOS is the
sandbox with 300 ms for each request, and it sends its webhooks.
"""

import itertools
import json
import os
import random
import re
import statistics
import time
from collections import defaultdict
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests
from django.conf import settings
from django.db import connection

from argos.sandbox.__main__ import DEMO
from bench import delay, desk, pages, processes
from bench.idle import megabytes
from bench.report import Report, table
from bench.size import IS_SMALL, LARGE
from bench.timing import turn_by_turn
from kycportal.run import free_port
from submissions.models import Project, Role, Submission, Team, User
from tests import pictures

AWAY = 0.002  # seconds for each round trip
TIMES = 200  # that the delay is measured
LATENCY = 0.3
LASTS, WARMS_UP = 30.0 if IS_SMALL else 600.0, desk.BEGINS_WITHIN + 10  # seconds
PEOPLE = (
    {Role.AGENT: 3, Role.OFFICER: 2, Role.MANAGER: 1}
    if IS_SMALL
    else {Role.AGENT: 25, Role.OFFICER: 20, Role.MANAGER: 5}
)
WITH_IMAGES = 20 if IS_SMALL else 500  # of the most urgent pending submissions
QUICK, SLOWEST, QUICK_SHARE = 0.25, 1.0, 99.8
MAX_GROWTH = 16.0  # MB, from a quarter of the time to its end
SHOWN = 20


def measure() -> int:
    report = Report(
        f"{sum(PEOPLE.values())} users for {LASTS:.0f} s among {LARGE:,} submissions, {AWAY * 1000:g} ms away"
    )
    with ExitStack() as stack:
        folder, port = Path(settings.DATA_DIR), free_port()
        database = stack.enter_context(delay.running(int(os.environ["CLUSTER_PORT"]), AWAY))
        broker = stack.enter_context(delay.running(_port_of(os.environ["REDIS_URL"]), AWAY))
        _prove(report, database)
        sandbox = free_port()
        token = _prepare(f"http://127.0.0.1:{sandbox}/v3", folder / "records.json")
        away = {
            "PORT": str(port),
            "TRUSTED_PROXY_HOPS": "1",
            "DATABASE_URL": _moved(os.environ["DATABASE_URL"], database),
        }
        away["REDIS_URL"] = _moved(os.environ["REDIS_URL"], broker)
        webhook = f"{DEMO.key}=http://127.0.0.1:{port}/webhooks/argos/{token}/"
        stack.enter_context(processes.shell(_sandbox(sandbox, folder / "records.json", webhook), os.environ))
        started = stack.enter_context(processes.portal({**os.environ, **away}))
        url = f"http://127.0.0.1:{port}"
        processes.wait_until(lambda: requests.get(f"{url}/readyz", timeout=5).raise_for_status(), "the portal")
        seen, memory = _work(url, started)
    _judge(report, seen)
    for name, sizes in memory.items():
        report.add(f"floor: memory of {name}", sizes[-1], "MB")
        report.add(f"floor: memory of {name}, growth", sizes[-1] - sizes[len(sizes) // 4], "MB", at_most=MAX_GROWTH)
    return report.finish()


def _port_of(url: str) -> int:
    return int(re.findall(r":(\d+)/", url)[0])


def _moved(url: str, port: int) -> str:
    return re.sub(r":\d+/", f":{port}/", url)


def _prove(report: Report, port: int) -> None:
    """Measure the same query without and with the delay, in turns."""
    direct = os.environ["DATABASE_URL"]
    with psycopg.connect(direct) as here, psycopg.connect(_moved(direct, port)) as away:
        near, far = turn_by_turn(lambda: here.execute("SELECT 1"), lambda: away.execute("SELECT 1"), turns=TIMES)
    added = far.median - near.median
    report.add("floor: added to a query", added, "ms", against="directly", at_least=AWAY * 1000, at_most=AWAY * 1500)


def _prepare(base_url: str, records: Path) -> str:
    """Connect the projects with the sandbox, which learns of the pending submissions; return the webhook token."""
    for project in Project.objects.all():
        project.base_url, project.api_key, project.reviewer = base_url, DEMO.key, "client"
        project.calls_per_second, project.calls_per_day = 100, 500_000
        token = project.new_webhook_token()
        project.save()
    pending = Submission.objects.awaiting_review().order_by("target_at", "id")
    content = pictures.selfie_jpeg()
    for submission in pending[:WITH_IMAGES]:
        for image in submission.images.all():
            image.store(content)
            image.save()
    records.write_text(json.dumps([_record(submission) for submission in pending.iterator()]))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    os.sync()  # else the first minutes wait for the disk, which still writes the copied database
    return token


def _record(submission: Submission) -> dict[str, Any]:
    return {
        "submission_id": submission.vendor_id,
        "key": DEMO.key,
        "email": f"{submission.reference}@example.com",
        "userid": str(submission.pk),
        "country": submission.issuing_country,
        "id_type": submission.id_type,
        "created_at": submission.created_at.timestamp(),
        "status": "pending",
        "step1_done": True,
    }


def _sandbox(port: int, records: Path, webhook: str) -> str:
    options = f"--port {port} --records {records} --webhook {webhook} --knob latency={LATENCY}"
    return f"python -m argos.sandbox --stub {options}"


def _work(url: str, started: dict[str, psutil.Process]) -> tuple[list[desk.Exchange], dict[str, list[float]]]:
    """Let the users work; return their requests after the warm-up, and the memory in MB by process."""
    begins = time.monotonic()
    roles = [role for role, count in PEOPLE.items() for _each in range(count)]
    people = [_person(role, number, url, begins + WARMS_UP + LASTS) for number, role in enumerate(roles)]
    memory: dict[str, list[float]] = defaultdict(list)
    for person in people:
        person.start()
    while time.monotonic() < begins + WARMS_UP + LASTS:
        time.sleep(5)
        if time.monotonic() > begins + WARMS_UP:
            for name, process in started.items():
                memory[name].append(megabytes(process))
    for person in people:
        person.join(timeout=2 * desk.TIMEOUT)
    seen = [exchange for person in people for exchange in person.seen if exchange.began > begins + WARMS_UP]
    return seen, memory


KINDS = {Role.AGENT: desk.Agent, Role.OFFICER: desk.Officer, Role.MANAGER: desk.Manager}


def _person(role: Role, number: int, url: str, until: float) -> desk.Person:
    """Create a user with a session."""
    name, team = f"floor-{role}{number}", Team.objects.order_by("name")[0]
    user = User(username=name, name=name, role=role, team=team if role == Role.AGENT else None)
    user.set_unusable_password()
    user.save()
    cookies = {cookie: morsel.value for cookie, morsel in pages.signed_in(user).cookies.items()}
    person = KINDS[role](url, number, cookies, until, random.Random(name))
    if isinstance(person, desk.Agent):
        person.pictures = {"id_front": pictures.id_card_jpeg(), "selfie": pictures.selfie_jpeg()}
        person.project = str(Project.objects.order_by("name")[0].pk)
        person.email = partial(_new_email, name, itertools.count())
    return person


def _new_email(name: str, numbers: "itertools.count[int]") -> str:
    return f"{name}-{next(numbers)}@example.com"


def _judge(report: Report, seen: list[desk.Exchange]) -> None:
    requested = [one for one in seen if not one.is_upload]
    quick = sum(one.took < QUICK for one in requested)
    report.add("floor: requests", len(requested) / LASTS, "1/s")
    report.add("floor: under 250 ms", 100 * quick / max(1, len(requested)), "%", at_least=QUICK_SHARE)
    report.add("floor: slowest", max(one.took for one in requested), "s", at_most=SLOWEST)
    problems = [one for one in seen if one.problem]
    report.add("floor: errors", len(problems), "", at_most=0)
    for one in problems[:SHOWN]:
        print(f"{one.name}: {one.problem}")
    by_name: dict[str, list[float]] = defaultdict(list)
    for one in seen:
        by_name[one.name + (" (upload)" if one.is_upload else "")].append(one.took * 1000)
    ranked = sorted(by_name.items(), key=lambda item: -_at(item[1], 0.99))[:SHOWN]
    rows = [
        (name, str(len(times)), *(f"{value:.0f}" for value in (statistics.median(times), _at(times, 0.99), max(times))))
        for name, times in ranked
    ]
    print(table(("slowest", "count", "median ms", "p99", "max"), rows))


def _at(times: list[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))]
