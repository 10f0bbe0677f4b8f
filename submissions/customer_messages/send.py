"""Take due messages to customers, send each outside any transaction, and record the outcome.

At most once: the row is marked before the message leaves. A worker that dies in between leaves a row that becomes
"perhaps sent" and is never sent again, because a customer takes a repeated message for a mistake or a fraud, while an
agent sees the state on the page and can send it again. Only an attempt that surely did not arrive is repeated.
"""

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from submissions.core import clock, encryption
from submissions.customer_messages import channels, invitations, occasions, texts
from submissions.models import Channel, CustomerMessage, CustomerMessageState, Occasion, Switch
from submissions.workflow import customer_queue

log = logging.getLogger(__name__)

State = CustomerMessageState
LEASE = timedelta(minutes=3)  # longer than the mail server and the gateway together may take
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=1)
BATCH = 200


def send_next() -> bool:
    """Send one due message; return False if there is none. Workers may run in parallel."""
    row = _take()
    if row is None:
        return False
    state, error, provider_id = _send(row)
    _end(row, state, error, provider_id)
    return True


def _take() -> CustomerMessage | None:
    """Mark the message that is due longest as being sent. On a restore hold none is sent: some may have been."""
    if Switch.objects.filter(on_hold_since__isnull=False).exists():
        return None
    now = clock.now()
    due = CustomerMessage.objects.due(now).select_related("submission__project").order_by("due_at", "pk")
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        columns = {"state": State.SENDING, "attempts": row.attempts + 1, "sent_at": now, "due_at": now + LEASE}
        mine = CustomerMessage.objects.waiting().filter(pk=row.pk, attempts=row.attempts)
        if not mine.update(**columns):
            return None
        for column, value in columns.items():
            setattr(row, column, value)
        return row


def _send(row: CustomerMessage) -> tuple[State, str, str]:
    """Return the new state, the error, and the provider's id."""
    if not _is_needed(row):
        return State.CANCELLED, "", ""
    try:
        return State.SENT, "", _hand_over(row)
    except channels.TryAgain as failure:
        is_late = clock.now() - row.created_at > GIVES_UP_AFTER
        return (State.FAILED if is_late else State.WAITING), failure.code, ""
    except channels.OutcomeUnknown as failure:
        return State.UNKNOWN, failure.code, ""
    except channels.NotSent as failure:
        return State.FAILED, failure.code, ""
    except encryption.CannotOpen:
        return State.FAILED, "cannot_open", ""
    except Exception:
        log.exception("message %s to a customer broke", row.pk)
        return State.UNKNOWN, "portal_fault", ""


def _is_needed(row: CustomerMessage) -> bool:
    """Whether the text is still true: the submission may have moved during the quiet hours."""
    is_past = row.expires_at is not None and row.expires_at <= clock.now()
    if is_past or not occasions.is_true(row.submission, Occasion(row.occasion)):
        return False
    return row.occasion != Occasion.REMINDER or invitations.is_unfinished(row.submission)


def _hand_over(row: CustomerMessage) -> str:
    """Compose the message, store it, and give it to the provider. Return the provider's id."""
    submission, project = row.submission, row.submission.project
    link = row.content.get("link") or invitations.open_link(submission)[0]
    number = channels.phone_number(submission) if row.channel == Channel.TEXT and project.gateway_url else ""
    row.channel = Channel.TEXT if number else Channel.EMAIL
    to = number or channels.email_address(submission)
    template = texts.template_of(project, row.occasion, row.language)
    values = texts.values_of(project, row.language, reference=submission.reference, link=link, deadline=row.expires_at)
    composed = texts.compose(template, row.occasion, row.language, values)
    shown = texts.compose(template, row.occasion, row.language, values | {"link": link and "{link}"})
    row.content = {"to": to, "subject": composed.subject, "text": shown.text, **({"link": link} if link else {})}
    if not _mine(row).update(content_sealed=row.content_sealed, channel=row.channel):
        raise channels.NotSent("interrupted")
    if row.channel == Channel.TEXT:
        return channels.send_text(project, number, channels.text_of(project, composed))
    return channels.send_email(channels.letter(project, to, composed, row.language, link))


def _mine(row: CustomerMessage) -> Any:
    return CustomerMessage.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)


def _end(row: CustomerMessage, state: State, error: str, provider_id: str) -> None:
    """Write the outcome; nothing if the lease ended or the customer's data was erased."""
    now = clock.now()
    columns: dict[str, Any] = {"state": state, "error": error, "provider_id": provider_id}
    if state == State.WAITING:
        columns["due_at"] = _next_attempt(row, now)
    else:
        columns |= {"ended_at": now, "content_sealed": None}
        keeps_link = row.has_link and state in (State.SENT, State.UNKNOWN)
        columns["has_link"] = keeps_link
        if kept := (row.content if keeps_link else row.content_without_link()):
            row.content = kept
            columns["content_sealed"] = row.content_sealed
    with transaction.atomic():
        if not _mine(row).update(**columns):
            return
        if state != State.WAITING:
            customer_queue.record(row, state, **({"problem": error} if error else {}))


def _next_attempt(row: CustomerMessage, now: datetime) -> datetime:
    """Return when to try again: after a minute, doubled per attempt, at most an hour; automatic ones not at night."""
    wait = min(SHORTEST * 2 ** min(row.attempts - 1, 10), LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
    return now + wait if row.created_by_id else customer_queue.after_quiet_hours(row.submission.project, now + wait)


def lapse(batch: int = BATCH) -> int:
    """End the messages whose worker died while it sent them: they may have been sent. Return how many."""
    left = CustomerMessage.objects.filter(state=State.SENDING, due_at__lt=clock.now()).select_related("submission")
    count = 0
    for row in left.order_by("due_at")[:batch]:
        _end(row, State.UNKNOWN, "interrupted", "")
        count += 1
    return count
