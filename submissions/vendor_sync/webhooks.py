"""Webhooks are hints: stored at once, then confirmed by reading the vendor's record before a submission moves."""

import hashlib
import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from argos.errors import UnreadableWebhook, Unsupported, VendorError
from argos.replies import KNOWN_TRIGGERS, Webhook, parse_webhook
from submissions.aml import hints
from submissions.audit import events
from submissions.audit.events import SYSTEM, VENDOR
from submissions.core import client_ip, clock, task_queue
from submissions.liveform import records
from submissions.models import Project, Submission, WebhookDelivery
from submissions.models.project import webhook_token_hash
from submissions.outbox import evidence, gate, vendor_client
from submissions.vendor_sync import concurrency, orphans, status_table

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
BATCH = 100
BACKOFF_SECONDS = (10, 60, 300, 1800, 7200)
TURN_LASTS = timedelta(minutes=2)
SAME_HINT = timedelta(minutes=1)
MOVING = {"submit", "approved", "rejected", "retry", "created", "updated", "delete"}


def project_of(token: str) -> Project | None:
    """Return the project of a webhook URL, for an hour after a rotation by the former one too.

    Only what the intake needs is read.
    """
    digest = webhook_token_hash(token)
    former = Q(former_webhook_token_hash=digest, former_webhook_until__gt=clock.now())
    return Project.objects.filter(Q(webhook_token_hash=digest) | former).only("webhook_addresses").first()


def may_come_from(project: Project, address: str | None) -> bool:
    """Return whether the project accepts webhooks from this address: any, or one of its list; unknown is on no list."""
    entries = project.webhook_addresses
    return not entries or client_ip.is_listed(address, map(str, entries))


def store(project: Project, body: bytes, content_type: str, address: str | None) -> WebhookDelivery:
    """Store one delivery unparsed; a repeated one is counted, not stored twice."""
    digest = hashlib.sha256(body).hexdigest()
    now = clock.now()
    delivery = WebhookDelivery(project=project, digest=digest, content_type=content_type[:100], address=address)
    delivery.body = body
    delivery.next_try_at = now
    if not _is_inserted(delivery):
        if (same := _count_double(project, digest)) is not None:
            return same
        delivery.save(force_insert=True)
    task_queue.unless_waiting(task_queue.CONFIRM)
    return delivery


def _is_inserted(delivery: WebhookDelivery) -> bool:
    """Insert the delivery; return False if the same one is stored already."""
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _count_double(project: Project, digest: str) -> WebhookDelivery | None:
    """Count a repeated delivery. Long after the first it may report a new change, so the vendor is read once more.

    Return None if the first one was deleted in the meantime.
    """
    same = WebhookDelivery.objects.filter(project=project, digest=digest)
    same.update(times_received=F("times_received") + 1)
    now = clock.now()
    same.filter(handled_at__lt=now - SAME_HINT).update(handled_at=None, next_try_at=now, tries=0)
    return same.first()


def confirm_due(batch: int = BATCH) -> int:
    """Confirm stored deliveries by reads; return how many were handled. A delivery that raises stops no other."""
    now = clock.now()
    ahead = Q(received_at__gt=now)  # received while the host's clock was ahead
    due = WebhookDelivery.objects.filter(Q(next_try_at__lte=now) | ahead, handled_at=None)
    by_project = concurrency.Reads("webhooks", due.select_related("project"), "project", "next_try_at")
    return by_project.each(lambda delivery: _take_turn(delivery) and _confirm_safely(delivery), batch)


def _take_turn(delivery: WebhookDelivery) -> bool:
    """Reserve the delivery, so that two workers do not confirm it; the reservation ends after two minutes."""
    later = clock.now() + TURN_LASTS
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, handled_at=None, next_try_at=delivery.next_try_at)
    return bool(mine.update(next_try_at=later))


def _confirm_safely(delivery: WebhookDelivery) -> bool:
    try:
        return confirm(delivery)
    except Exception:
        log.exception("webhook %s could not be confirmed", delivery.pk)
        return _try_later(delivery)


def confirm(delivery: WebhookDelivery) -> bool:
    """Handle one delivery; return False if the vendor could not be read and the delivery waits for its next try."""
    try:
        hint = parse_webhook(delivery.body, delivery.content_type)
    except Unsupported:
        return _handled(delivery, "unsupported")
    except (UnreadableWebhook, VendorError):
        return _handled(delivery, "unreadable")
    delivery.trigger = hint.trigger[:40]
    try:
        return _act_on(delivery, hint)
    except VendorError as error:
        log.warning("could not confirm webhook %s: %s", delivery.pk, error)
        gate.note_end(delivery.project, error)
        return _try_later(delivery)


def _act_on(delivery: WebhookDelivery, hint: Webhook) -> bool:
    delivery.submission = _find(delivery.project, hint)
    if delivery.submission is None or hint.submission_id not in (None, delivery.submission.vendor_id):
        return _of_no_record(delivery, hint)
    if delivery.submission.erased_at is not None:
        return _handled(delivery, "erased")
    if hint.trigger not in KNOWN_TRIGGERS:
        return _handled(delivery, "unknown_trigger")
    if hint.trigger in hints.TRIGGERS:
        return _handled(delivery, hints.take(delivery.submission, hint))
    if hint.trigger not in MOVING:
        return _handled(delivery, "kept")
    return _read_back(delivery, delivery.submission, hint.status)


def _read_back(delivery: WebhookDelivery, submission: Submission, status: str | None) -> bool:
    """Adopt the vendor's record; an undocumented status is stored on the delivery."""
    if not submission.vendor_id:
        return _handled(delivery, "call_open")
    status_table.ask_vendor(submission, by=SYSTEM)
    return _handled(delivery, "unknown_status" if status and status not in evidence.KNOWN else "read_back")


def _find(project: Project, hint: Webhook) -> Submission | None:
    """Find the submission by the vendor's id, else by the Liveform token or the userid with our reference."""
    ours = Submission.objects.filter(project=project).select_related("project")
    if hint.submission_id and (found := ours.filter(vendor_id=hint.submission_id).first()):
        return found
    if (link := records.link_of(project, hint.token_id)) is not None:
        return link.submission
    return ours.filter(reference=orphans.reference_in(hint.userid)).first()


def _of_no_record(delivery: WebhookDelivery, hint: Webhook) -> bool:
    """Read a record with an unknown vendor id; if it has a reference of ours, it belongs to a lost Step 1."""
    is_ours = delivery.submission is not None or orphans.reference_in(hint.userid)
    if not hint.submission_id or not is_ours:
        return _handled(delivery, "no_such_submission")
    client = vendor_client.client_for(delivery.project)
    found = client.get_submission(hint.submission_id)
    gate.note_contact(delivery.project, client.last_received)
    if found is None:
        return _try_later(delivery) if delivery.tries < len(BACKOFF_SECONDS) else _handled(delivery, "no_such_record")
    outcome = orphans.place(delivery.project, found)
    return _try_later(delivery) if outcome == orphans.CALL_UNDER_WAY else _handled(delivery, outcome)


def _try_later(delivery: WebhookDelivery) -> bool:
    wait = BACKOFF_SECONDS[min(delivery.tries, len(BACKOFF_SECONDS) - 1)]
    delivery.tries += 1
    delivery.next_try_at = clock.now() + timedelta(seconds=wait)
    delivery.save(update_fields=["tries", "next_try_at", "trigger"])
    return False


def _handled(delivery: WebhookDelivery, outcome: str) -> bool:
    """Mark the delivery as handled; `retention` deletes it later. It is not linked to an erased submission."""
    delivery.handled_at, delivery.outcome = clock.now(), outcome
    with transaction.atomic():
        delivery.save(update_fields=["handled_at", "outcome", "trigger", "submission"])
        if delivery.submission:
            # A late delivery, or one during an erasure: the foreign key waits until the erasure is committed.
            WebhookDelivery.objects.filter(pk=delivery.pk, submission__erased_at__isnull=False).delete()
            fields = {"trigger": delivery.trigger, "outcome": outcome}
            events.record("webhook", by=VENDOR, submission=delivery.submission, fields=fields)
    return True
