"""Celery's entry points. Each is a wake-up: it carries no data, takes its work from the database and holds no rule."""

import logging
import time

from celery import shared_task
from django.core.management import call_command

from submissions.audit import hash_chain
from submissions.core import task_queue
from submissions.outbox import deadline_sweep, ledger
from submissions.privacy import retention
from submissions.reporting.exports import expiry, generate
from submissions.review.page import score_distribution
from submissions.vendor_sync import polling, reconcile, restore_recovery, webhooks, worker
from submissions.workflow import alerts

log = logging.getLogger(__name__)

# A wake-up ends well before the broker takes its worker for dead (visibility_timeout, 600 s), even where its last call
# takes as long as one may (305 s); what is left is for the next.
CALLS_PER_WAKE = 50
WAKE_LASTS = 120.0  # seconds


@shared_task
def send_prepared_calls() -> int:
    """Send what is prepared, most urgent first, until nothing is due or this wake-up's time is over.

    Where it is over, the next is woken at once: the other wake-ups of a rush are used up by then, by threads that
    found the project holding its share.
    """
    began, sent = time.monotonic(), 0
    while worker.send_next():
        sent += 1
        if sent >= CALLS_PER_WAKE or time.monotonic() - began > WAKE_LASTS:
            task_queue.again(task_queue.SEND)
            break
    return sent


@shared_task
def settle_unknown_calls() -> int:
    """First what a restored database needs, then leases that ran out, then one read for each call in doubt."""
    restore_recovery.run()
    ledger.lapse_leases()
    return reconcile.settle_due()


@shared_task
def sweep_deadlines() -> int:
    return deadline_sweep.sweep_deadlines()


@shared_task
def confirm_webhooks() -> int:
    return webhooks.confirm_due()


@shared_task
def poll_silent() -> int:
    return polling.poll_due()


@shared_task
def raise_alerts() -> int:
    return alerts.raise_due()


@shared_task
def seal_events() -> None:
    hash_chain.seal_due()


@shared_task
def erase_due() -> int:
    return retention.erase_due()


@shared_task
def refresh_histograms() -> int:
    return score_distribution.refresh()


@shared_task
def clear_sessions() -> None:
    """Rows of sessions that ended by themselves; they sign nobody in any more."""
    call_command("clearsessions")


@shared_task
def make_exports() -> int:
    """Make what people asked for, and throw away what was kept long enough."""
    expiry.expire()
    return generate.make_waiting()
