"""Measure fairness: one project's vendor is slow and its calls are more urgent; another's vendor is fast.

`python -m tests.fairness` sends with the threads of one worker on a database of its own, and prints as JSON how many
calls of each project had ended when the last one of the fast project had.
"""

import json
import threading
import time
from datetime import timedelta

import django

from bench import vendor

THREADS, SLOW_CALLS, QUICK_CALLS = 12, 30, 8
SLOW_TAKES = 30.0  # seconds
GIVES_UP_AFTER = 25.0


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from submissions.models import Call, CallState
    from submissions.vendor_sync import concurrency
    from tests.factories import make_project

    call_command("migrate", verbosity=0)
    concurrency.set_thread_count(THREADS)
    with vendor.running(SLOW_TAKES) as slow_url, vendor.running() as quick_url:
        slow, quick = make_project(base_url=slow_url), make_project(base_url=quick_url)
        _prepare([slow] * SLOW_CALLS + [quick] * QUICK_CALLS)
        for _thread in range(THREADS):
            threading.Thread(target=_send, daemon=True).start()
        ended = Call.objects.filter(kind="step2", state=CallState.ANSWERED)
        until = time.monotonic() + GIVES_UP_AFTER
        while ended.filter(submission__project=quick).count() < QUICK_CALLS and time.monotonic() < until:
            time.sleep(0.1)
        told = {
            "quick": ended.filter(submission__project=quick).count(),
            "slow": ended.filter(submission__project=slow).count(),
            "slow_under_way": Call.objects.filter(submission__project=slow, state=CallState.SENT).count(),
        }
        print(json.dumps(told), flush=True)


def _prepare(projects: list[object]) -> None:
    """Prepare a Step 2 call in each submission; those with the least time left are claimed first."""
    from submissions.capture import submit
    from submissions.core import clock
    from submissions.models import Status, Submission
    from tests.factories import by, explain, make_at, make_user

    agent = make_user()
    made = [make_at(Status.CONFIRMING, agent, project) for project in projects]  # type: ignore[arg-type]
    for place, submission in enumerate(made):
        explain(submission)
        due = clock.now() + timedelta(hours=5, minutes=place)
        Submission.objects.filter(pk=submission.pk).update(deadline_at=due)
        submission.refresh_from_db()
        submit.send_step2(submission, by=by(agent))


def _send() -> None:
    """Send calls like one thread of a worker, which is woken repeatedly."""
    from submissions.vendor_sync import worker

    while True:
        if not worker.send_next():
            time.sleep(0.2)


if __name__ == "__main__":
    main()
