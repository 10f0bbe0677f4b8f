"""Drills with faults of our own host."""

import random
import signal
import time
from typing import TYPE_CHECKING

import redis

from tests.drills.catalogue import drill

if TYPE_CHECKING:
    from tests.drills.scene import Scene

HOUR = 3600
WAKE_UPS = 40


@drill(workers=3)
def worker_killed(scene: "Scene") -> None:
    """Kill a worker by SIGKILL at a random moment, after every few calls; a new one replaces it."""
    killed, next_at = 0, 0
    for _turn in scene.fault_rounds(0.2):
        time.sleep(scene.draw.random() / 2)
        if (calls := scene.step2_calls()) >= next_at:
            scene.processes.restart(scene.draw.choice(scene.processes.workers))
            next_at = calls + scene.draw.randint(2, 8)
            killed += 1
    scene.notes["workers killed"] = killed


@drill()
def two_workers(scene: "Scene") -> None:
    """Wake both workers simultaneously, with forty wake-ups, on everything submitted while they were frozen."""
    from submissions.core import task_queue

    next_at = 0
    for _turn in scene.fault_rounds(0.5):
        if (calls := scene.step2_calls()) < next_at:
            continue
        next_at = calls + 5
        for worker in scene.processes.workers:
            scene.processes.signal(worker, signal.SIGSTOP)
        time.sleep(1)
        for _wake_up in range(WAKE_UPS):
            task_queue._send(task_queue.SEND)
        for worker in scene.processes.workers:
            scene.processes.signal(worker, signal.SIGCONT)


@drill()
def squall(scene: "Scene") -> None:
    """Mix several faults: calls cut before and after processing, a killed worker, Redis emptied."""
    from tests.drills.vendor import on_changing

    scene.faults(*on_changing("cut", "after", 0.2), *on_changing("cut", "before", 0.1))
    next_at = 5
    for turn in scene.fault_rounds(0.5):
        if (calls := scene.step2_calls()) >= next_at:
            scene.processes.restart(scene.draw.choice(scene.processes.workers))
            next_at = calls + 10
        if turn % 8 == 7:
            broker().flushall()


@drill()
def redis_emptied(scene: "Scene") -> None:
    """Flush Redis at random moments."""
    emptied = 0
    for _turn in scene.fault_rounds(0.5):
        if scene.draw.random() < 0.4:
            broker().flushall()
            emptied += 1
    scene.notes["times Redis was emptied"] = emptied


@drill()
def redis_stopped(scene: "Scene") -> None:
    """Kill Redis several times; it returns empty after some seconds."""
    stopped = 0
    for turn in scene.fault_rounds():
        if turn % 4 == 1:
            scene.processes.kill("broker")
            time.sleep(scene.draw.uniform(1, 6))
            scene.processes.start("broker")
            stopped += 1
    scene.notes["times Redis was stopped"] = stopped


@drill()
def database_cut(scene: "Scene") -> None:
    """Cut all database connections of the workers at a random moment, after every few calls."""
    cut = next_at = 0
    for _turn in scene.fault_rounds(0.2):
        time.sleep(scene.draw.random() / 2)
        if (calls := scene.step2_calls()) >= next_at:
            next_at = calls + scene.draw.randint(1, 4)
            cut += cut_workers_off()
    scene.notes["connections cut"] = cut


@drill()
def beat_twice(scene: "Scene") -> None:
    """Start a second beat beside the first; alternately kill and restart either."""
    scene.processes.start("beat", as_="beat2")
    for turn in scene.fault_rounds():
        if turn % 6 == 3:
            scene.processes.kill("beat")
            time.sleep(1)
            scene.processes.start("beat")
        elif turn % 6 == 0:
            scene.processes.kill("beat2")
            scene.processes.start("beat", as_="beat2")


@drill(knobs={"first_step2_hours": 0})
def clock_wrong(scene: "Scene") -> None:
    """Set our clock an hour back while deadlines pass, and later an hour ahead before they do."""
    for _turn in scene.fault_rounds(share=0.4):
        pass
    scene.workforce.pause()
    jump_to(scene, until_half_are_over())
    wrong_by(scene, -HOUR)
    for _turn in scene.fault_rounds(share=0.8):
        pass
    jump_to(scene, 22 * HOUR + 50 * 60)
    wrong_by(scene, HOUR)
    scene.closed_too_early = closed_too_early(scene)
    for _turn in scene.fault_rounds():
        pass


def wrong_by(scene: "Scene", seconds: float) -> None:
    """Set only the portal's clock wrong for half an hour in which users go on, then correct it."""
    scene.clock.move_portal(seconds)
    scene.workforce.resume()
    for _turn in range(10):
        time.sleep(1)
        scene.clock.advance(3 * 60)
    scene.clock.move_portal(-seconds)


def until_half_are_over() -> float:
    """Return the seconds until the 24 hours have ended for half of the submissions that wait for a selfie."""
    from submissions.core import clock
    from submissions.models import Status, Submission
    from submissions.workflow.deadlines import RESULT_LIMIT

    waiting = Submission.objects.filter(status__in=(Status.CONFIRMING, Status.INCOMPLETE))
    started = list(waiting.order_by("step1_started_at").values_list("step1_started_at", flat=True))
    return (started[len(started) // 2] + RESULT_LIMIT - clock.now()).total_seconds()


def closed_too_early(scene: "Scene") -> list[str]:
    """Return submissions that the portal treats as expired while the vendor would still accept a selfie."""
    from submissions.models import Status, Submission

    now = scene.processes.control.now()
    alive = [kyc for kyc in scene.processes.control.submissions() if kyc["created_at"] + 24 * HOUR > now]
    over = Submission.objects.filter(vendor_id__in=[kyc["submission_id"] for kyc in alive])
    return [row.reference for row in over.filter(status__in=(Status.OVERDUE, Status.ABANDONED))]


@drill(knobs={"first_step2_hours": 0})
def deadline_in_queue(scene: "Scene") -> None:
    """Queue calls while the deadline passes: first with sending stopped by a manager, then without workers."""
    for share in (0.4, 0.8):
        for _turn in scene.fault_rounds(share=share):
            pass
        leave = stopped_by_a_manager if share < 0.5 else without_workers
        leave(scene)
    for _turn in scene.fault_rounds():
        pass


def stopped_by_a_manager(scene: "Scene") -> None:
    from submissions.core import clock
    from submissions.models import Switch

    Switch.read()
    Switch.objects.update(stopped_at=clock.now())
    scene.wait_until_nothing_is_sent()
    run_out(scene)
    Switch.objects.update(stopped_at=None)


def without_workers(scene: "Scene") -> None:
    for worker in scene.processes.workers:
        scene.processes.running[worker].terminate()
    for worker in scene.processes.workers:
        scene.processes.running.pop(worker).wait()
    run_out(scene)
    for worker in scene.processes.workers:
        scene.processes.start(worker)


def run_out(scene: "Scene") -> None:
    """Let users work; a day later half of those submissions have expired by seconds or minutes."""
    from submissions.models import Call, CallState

    time.sleep(3)
    scene.notes["calls in the queue at the deadline"] = scene.notes.get("calls in the queue at the deadline", 0)
    scene.notes["calls in the queue at the deadline"] += Call.objects.filter(state=CallState.PREPARED).count()
    scene.clock.advance(24 * HOUR - random.Random(scene.seed).uniform(0, 600))


def jump_to(scene: "Scene", seconds: float) -> None:
    scene.wait_until_nothing_is_sent()
    scene.clock.advance(seconds)


def broker() -> "redis.Redis":
    from django.conf import settings

    return redis.Redis.from_url(settings.REDIS_URL)


def cut_workers_off() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'worker' AND datname = current_database()"
        )
        return len(cursor.fetchall())
