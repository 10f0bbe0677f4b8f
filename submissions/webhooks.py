"""Webhooks are hints: stored raw at once, then confirmed by reading the vendor's record before anything moves."""

import hashlib
import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from argos.errors import UnreadableWebhook, Unsupported, VendorError
from argos.replies import KNOWN_TRIGGERS, Webhook, parse_webhook
from submissions import clock, events, wake
from submissions.calls import readback
from submissions.events import VENDOR
from submissions.models import Project, Submission, WebhookDelivery

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
BATCH = 100
BACKOFF_SECONDS = (10, 60, 300, 1800, 7200)
MOVING = {"submit", "approved", "rejected", "retry", "created", "updated", "delete"}


def store(project: Project, body: bytes, content_type: str, address: str | None) -> WebhookDelivery:
    """Keep one delivery as it came; a doubled one is counted, not stored twice."""
    digest = hashlib.sha256(body).hexdigest()
    now = clock.now()
    delivery = WebhookDelivery(project=project, digest=digest, content_type=content_type[:100], address=address)
    delivery.body = body
    delivery.next_try_at = now
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
            wake.after_commit(wake.CONFIRM)
    except IntegrityError:
        doubled = WebhookDelivery.objects.filter(project=project, digest=digest)
        doubled.update(times_received=F("times_received") + 1)
        return doubled.get()
    return delivery


def confirm_due(batch: int = BATCH) -> int:
    """Read back what stored deliveries hint at; returns how many were handled."""
    due = WebhookDelivery.objects.filter(handled_at=None, next_try_at__lte=clock.now())
    return sum(confirm(delivery) for delivery in due.select_related("project").order_by("next_try_at")[:batch])


def confirm(delivery: WebhookDelivery) -> bool:
    """Handle one delivery; False when the vendor could not be asked and it waits for its next try."""
    try:
        hint = parse_webhook(delivery.body, delivery.content_type)
    except Unsupported:
        return _handled(delivery, "unsupported")
    except (UnreadableWebhook, VendorError):
        return _handled(delivery, "unreadable")
    delivery.trigger = hint.trigger[:40]
    submission = _find(delivery.project, hint)
    if submission is None:
        return _handled(delivery, "no_such_submission")
    delivery.submission = submission
    if hint.trigger not in KNOWN_TRIGGERS:
        return _handled(delivery, "unknown_trigger")
    if hint.trigger not in MOVING:
        return _handled(delivery, "kept")
    return _read_back(delivery, submission)


def _find(project: Project, hint: Webhook) -> Submission | None:
    """By the vendor's id, else by the userid that carries our reference (KP-XXXXXXXX-n)."""
    ours = Submission.objects.filter(project=project).select_related("project")
    if hint.submission_id and (found := ours.filter(vendor_id=hint.submission_id).first()):
        return found
    reference = hint.userid.rpartition("-")[0]
    return ours.filter(reference=reference).first() if reference else None


def _read_back(delivery: WebhookDelivery, submission: Submission) -> bool:
    if not submission.vendor_id:
        return _handled(delivery, "call_open")
    try:
        readback.ask_vendor(submission, by=VENDOR)
    except VendorError as error:
        log.warning("could not confirm a webhook for %s: %s", submission.reference, error)
        return _try_later(delivery)
    return _handled(delivery, "read_back")


def _try_later(delivery: WebhookDelivery) -> bool:
    wait = BACKOFF_SECONDS[min(delivery.tries, len(BACKOFF_SECONDS) - 1)]
    delivery.tries += 1
    delivery.next_try_at = clock.now() + timedelta(seconds=wait)
    delivery.save(update_fields=["tries", "next_try_at"])
    return False


def _handled(delivery: WebhookDelivery, outcome: str) -> bool:
    delivery.handled_at, delivery.outcome = clock.now(), outcome
    delivery.save(update_fields=["handled_at", "outcome", "trigger", "submission"])
    if delivery.submission:
        fields = {"trigger": delivery.trigger, "outcome": outcome}
        events.record("webhook", by=VENDOR, submission=delivery.submission, fields=fields)
    return True
