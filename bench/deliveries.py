"""Measure outgoing messages through a real worker: a decision's way to its receiver, and the rate of a backlog.

The receiver replies after 100 ms. One worker process, as in the Procfile; deliveries occupy at most half of its
threads, one receiver at most four fifths of these.
"""

import statistics
import time

import psutil
from django.db.models import Max, Min

from bench import vendor
from bench.calls import _cpu, worker
from bench.report import Report
from bench.size import IS_SMALL
from kycportal.celery import app
from submissions.audit.events import VENDOR
from submissions.core import clock, task_queue
from submissions.models import Delivery, Endpoint, Message, MessageKind, Role, Source, Status, Submission, User
from submissions.workflow.transitions import move

MESSAGES = 100 if IS_SMALL else 3_000
PER_SUBMISSION = 2
DECISIONS = 5 if IS_SMALL else 30
TAKES = 0.1
AT_LEAST = 100.0  # deliveries per second
REACHES_WITHIN = 2.0  # seconds, median
ENDS_WITHIN = 600.0


def measure() -> int:
    report = Report("Outgoing messages through one worker, the receiver replies after 100 ms")
    with vendor.running(TAKES) as url, worker() as process:
        endpoint = _endpoint(url)
        waits = [_decide(submission, endpoint) for submission in _pending(DECISIONS)]
        rate, cpu_seconds = _backlog(endpoint, process)
    spread = statistics.stdev(waits)
    median = statistics.median(waits)
    report.add("deliveries: decision to receiver", median, "s", spread=spread, at_most=REACHES_WITHIN)
    report.add("deliveries: rate of a backlog", rate, "1/s", at_least=AT_LEAST)
    for part, seconds in cpu_seconds.items():
        report.add(f"deliveries: CPU per delivery, {part}", seconds / MESSAGES * 1000, "ms")
    return report.finish()


def _endpoint(url: str) -> Endpoint:
    owner, _is_new = User.objects.get_or_create(username="bench-administrator", role=Role.ADMINISTRATOR)
    endpoint = Endpoint(name="Bench", kinds=[MessageKind.DECIDED], created_by=owner)
    endpoint.url = url
    endpoint.new_secret()
    endpoint.save(force_insert=True)
    return endpoint


def _pending(many: int) -> list[Submission]:
    return list(Submission.objects.filter(status=Status.PENDING).select_related("project")[:many])


def _decide(submission: Submission, endpoint: Endpoint) -> float:
    """Return the seconds from the decision to the receiver's reply. Nothing else is due."""
    move(submission, Status.APPROVED, by=VENDOR, decided_at=clock.now(), source=Source.VENDOR)
    message = Message.objects.get(submission=submission)
    until = time.monotonic() + ENDS_WITHIN
    while (delivery := endpoint.deliveries.get(message=message)).delivered_at is None:
        if time.monotonic() > until:
            raise SystemExit("the decision does not reach the receiver")
        time.sleep(0.02)
    return float((delivery.delivered_at - message.created_at).total_seconds())


def _backlog(endpoint: Endpoint, process: psutil.Process) -> tuple[float, dict[str, float]]:
    """Return deliveries per second from the first to the last, and the CPU seconds used."""
    submissions = list(Submission.objects.values_list("pk", "reference")[: MESSAGES // PER_SUBMISSION])
    if len(submissions) * PER_SUBMISSION < MESSAGES:
        raise SystemExit(f"the data has only {len(submissions)} submissions")
    rows = [
        Message(submission_id=pk, kind=MessageKind.DECIDED, facts={"reference": reference, "status": "approved"})
        for _each in range(PER_SUBMISSION)
        for pk, reference in submissions
    ]
    Message.objects.bulk_create(rows, batch_size=1000)
    begun, before = clock.now(), _cpu([process])
    Delivery.objects.bulk_create(
        [Delivery(message=row, endpoint=endpoint, submission_id=row.submission_id) for row in rows], batch_size=1000
    )
    app.send_task(task_queue.DELIVER)
    mine = endpoint.deliveries.filter(waiting_since__gte=begun)
    until = time.monotonic() + ENDS_WITHIN
    while endpoint.deliveries.waiting().exists() and time.monotonic() < until:
        time.sleep(0.2)
    used = {part: seconds - before[part] for part, seconds in _cpu([process]).items()}
    delivered = mine.filter(delivered_at__isnull=False)
    if (count := delivered.count()) < MESSAGES:
        raise SystemExit(f"only {count} of {MESSAGES} messages were delivered")
    times = delivered.aggregate(first=Min("sent_at"), last=Max("delivered_at"))
    return MESSAGES / (times["last"] - times["first"]).total_seconds(), used
