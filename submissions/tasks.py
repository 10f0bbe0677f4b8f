"""Celery's tasks. Each is a wake-up without data: it takes its work from the database and contains no rules."""

import logging
import time

from celery import shared_task
from django.core.management import call_command

from submissions.aml import monitoring, reviews
from submissions.api import idempotency
from submissions.audit import hash_chain
from submissions.audit.stream import sending
from submissions.core import task_queue
from submissions.customer_messages import invitations, send
from submissions.deliveries import deliver, outcomes, slots, upkeep
from submissions.imports import work
from submissions.liveform import removal
from submissions.outbox import deadline_sweep, ledger
from submissions.privacy import resident_numbers, retention
from submissions.quality import assigning, drift, golden, sampling
from submissions.reporting.exports import expiry, generate
from submissions.review.page import score_distribution
from submissions.review.workload import automatic, snooze
from submissions.training import reminders
from submissions.uploads import parts
from submissions.vendor_sync import polling, reconcile, restore_recovery, webhooks, worker
from submissions.workflow import alerts, messages, next_checks, targets

log = logging.getLogger(__name__)

# A wake-up ends well before the broker considers its worker dead (visibility_timeout, 600 s), even if its last call
# takes the maximum (305 s).
CALLS_PER_WAKE = 50
WAKE_LASTS = 120.0  # seconds


@shared_task
def send_prepared_calls() -> int:
    """Send prepared calls, most urgent first, until nothing is due or the time of this wake-up is over.

    It then wakes the next one immediately: the other wake-ups of a rush were used by threads that found the project at
    its share.
    """
    began, sent = time.monotonic(), 0
    while worker.send_next():
        sent += 1
        if sent >= CALLS_PER_WAKE or time.monotonic() - began > WAKE_LASTS:
            task_queue.again(task_queue.SEND)
            break
    return sent


@shared_task
def deliver_messages() -> int:
    """Send due outgoing messages until nothing is due. With a backlog each wake-up wakes another, up to the limit."""
    began, sent = time.monotonic(), 0
    with slots.Slot() as slot:
        while slot.is_taken and (count := deliver.send_next(slot, on_take=None if sent else _wake_another)):
            sent += count
            if sent >= CALLS_PER_WAKE or time.monotonic() - began > WAKE_LASTS:
                task_queue.again(task_queue.DELIVER)
                break
    return sent


@shared_task
def send_customer_messages() -> int:
    """Send due messages to customers in one of the threads for deliveries, so that they never delay calls to ARGOS."""
    began, sent = time.monotonic(), 0
    with slots.Slot() as slot:
        send.lapse()
        while slot.is_taken and send.send_next():
            sent += 1
            if sent >= CALLS_PER_WAKE or time.monotonic() - began > WAKE_LASTS:
                task_queue.again(task_queue.WRITE)
                break
    return sent


def _wake_another() -> None:
    task_queue.again(task_queue.DELIVER)


@shared_task
def keep_messages() -> int:
    """Remind of invitations, announce overdue submissions, end old deliveries, delete old messages.

    Owners of disabled endpoints are notified.
    """
    invitations.remind_due()
    invitations.forget_links()
    messages.announce_overdue()
    outcomes.expire()
    upkeep.delete_old()
    return upkeep.notify_owners()


@shared_task
def settle_unknown_calls() -> int:
    """Continue the recovery of a restored database, release expired leases, then read once for each unknown call."""
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
def keep_monitoring() -> int:
    """Add approved submissions to ARGOS's AML monitoring, and take out those whose relationship has ended."""
    return monitoring.prepare_due()


@shared_task
def remove_liveform_tokens() -> int:
    """Remove the tokens of withdrawn and expired Liveform links at ARGOS."""
    return removal.prepare_due()


@shared_task
def raise_alerts() -> int:
    snooze.return_due()
    reviews.remind_due()
    resident_numbers.remind_due()
    return alerts.raise_due()


@shared_task
def assign_submissions() -> int:
    return automatic.run()


@shared_task
def recompute_targets() -> int:
    return targets.recompute()


@shared_task
def announce_next_checks() -> int:
    return next_checks.announce_due()


@shared_task
def remind_of_trainings() -> int:
    return reminders.remind_due()


@shared_task
def check_quality() -> int:
    """Draw last week's samples, assign the open checks, mix in golden cases; sum the scores once a day."""
    sampling.draw_due()
    drift.refresh_daily()
    return assigning.assign_open() + golden.mix_in()


@shared_task
def seal_events() -> None:
    hash_chain.seal_due()


@shared_task
def stream_events() -> int:
    """Send the events that were added to the chain to the destination outside this system, if there is one."""
    return sending.send_due()


@shared_task
def erase_due() -> int:
    return retention.erase_due()


@shared_task
def refresh_histograms() -> int:
    return score_distribution.refresh()


@shared_task
def clear_sessions() -> None:
    """Delete expired sessions, which no longer sign anybody in."""
    call_command("clearsessions")


@shared_task
def delete_upload_parts() -> int:
    """Delete pictures that a phone began to send an hour ago and did not finish."""
    return parts.expire()


@shared_task
def forget_api_requests() -> int:
    """Delete the repeatable requests of the API after a day, with their stored responses."""
    return idempotency.expire()


@shared_task
def work_on_imports() -> int:
    """Check the rows of uploaded customer files and create their drafts; delete expired ones."""
    work.expire()
    return work.work()


@shared_task
def make_exports() -> int:
    """Generate requested exports and delete expired files."""
    expiry.expire()
    return generate.make_waiting()
