"""Wake a worker. The message is only a hint: the ledger's sweep finds the work anyway, so a lost one costs seconds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from submissions.core import redis_client

log = logging.getLogger(__name__)

SEND = "submissions.tasks.send_prepared_calls"
CONFIRM = "submissions.tasks.confirm_webhooks"
DELIVER = "submissions.tasks.deliver_messages"
WRITE = "submissions.tasks.send_customer_messages"
RECOMPUTE = "submissions.tasks.recompute_targets"
WAITING = "return redis.call('LLEN', KEYS[1])"


_is_silent: ContextVar[bool] = ContextVar("task_queue_silent", default=False)


@contextmanager
def silent() -> Iterator[None]:
    """Wake nobody from this thread: before the first start there is no worker, and its first sweep finds the work."""
    before = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(before)


def after_commit(task: str) -> None:
    if not _is_silent.get():
        transaction.on_commit(lambda: _send(task))


def unless_waiting(task: str) -> None:
    """Wake a task that processes all rows, unless an earlier message for it is still waiting in the queue."""
    transaction.on_commit(lambda: None if _is_waiting(task) else _send(task))


def _is_waiting(task: str) -> bool:
    try:
        return int(redis_client.run_script(WAITING, [current_app.conf.task_routes[task]["queue"]], [])) > 0
    except redis_client.RedisUnavailable:
        return False


def again(task: str) -> None:
    """Wake a task again that ends before all work is done."""
    _send(task)


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError):
        log.warning("no wake-up for %s: the broker does not answer; the sweep will find the work", task)
