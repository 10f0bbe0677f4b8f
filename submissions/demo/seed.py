"""Create the sample submissions: all stories on one shifted clock, in the order of their events."""

import heapq
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from submissions.accounts import demo
from submissions.audit import hash_chain
from submissions.core import clock, task_queue
from submissions.demo.case import Case
from submissions.demo.customers import Customer
from submissions.demo.plan import People, plan
from submissions.demo.stories import Story
from submissions.models import Project, Submission


class NotADemo(Exception):
    """Sample submissions are created only on the embedded database with ARGOS's sandbox on this host."""


def is_wanted() -> bool:
    """Return whether this is a demo without submissions, with our own sandbox."""
    is_ours = demo.is_allowed(settings) and not settings.ARGOS_BASE_URL
    return is_ours and settings.HAS_SAMPLE_SUBMISSIONS and not Submission.objects.exists()


def seed(project: Project, records: Path) -> int:
    """Create the sample submissions and write the sandbox's records of them; return how many.

    Raises:
        NotADemo: nothing is written.
    """
    if not demo.is_allowed(settings):
        raise NotADemo
    with ThreadPoolExecutor(1) as drawer, _quietly(), task_queue.silent(), transaction.atomic():
        cases = _live(project, drawer)
        hash_chain.seal_due()
    states = [case.record.state for case in cases if case.record is not None]
    records.touch(mode=0o600)
    records.write_text(json.dumps(states))
    return len(cases)


def _live(project: Project, drawer: ThreadPoolExecutor) -> list[Case]:
    began = timezone.now()
    cases: list[Case] = []
    waiting: list[tuple[datetime, int, Story]] = []
    stories = sorted(plan(People.load(), project), key=lambda planned: planned.ago, reverse=True)
    for number, planned in enumerate(stories):
        customer = Customer(number)
        case = Case(customer, project, planned.agent, drawer.submit(customer.pictures))
        cases.append(case)
        heapq.heappush(waiting, (began - planned.ago, number, planned.tell(case)))
    while waiting:
        at, number, story = heapq.heappop(waiting)
        with clock.shifted(at - timezone.now()):
            pause = next(story, None)
        if pause is not None:
            heapq.heappush(waiting, (at + pause, number, story))
    return cases


@contextmanager
def _quietly() -> Iterator[None]:
    """Disable logging: the log is about real events, not about samples."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
