"""The invitation by e-mail or text message, its link in later messages, and the reminder before it ends.

Only the hash of a link's token is stored with the invitation. The encrypted content of the message that was sent keeps
the link while the invitation is open, so that a reminder and a request for another photo can repeat it.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.views.decorators.debug import sensitive_variables

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, isolated_rows, task_queue
from submissions.customer_messages import channels
from submissions.models import Channel, CustomerMessage, CustomerMessageState, Invitation, Occasion, Submission
from submissions.models.submission import CAPTURING, FINAL
from submissions.workflow import customer_queue

State = CustomerMessageState
BATCH = 200


def check_reachable(submission: Submission, channel: Channel) -> None:
    """Raise `NotSent` unless the customer has a usable address or number, and the project a gateway."""
    if channel == Channel.EMAIL:
        channels.email_address(submission)
    elif not submission.project.gateway_url or not channels.phone_number(submission):
        raise channels.NotSent("no_number")


@sensitive_variables("link")
def invite(submission: Submission, link: str, until: datetime, channel: Channel, *, by: Actor) -> CustomerMessage:
    """Write the message with the link, which is sent at once, also at night. The caller holds a transaction."""
    language = customer_queue.language_of(submission)
    row = CustomerMessage(submission=submission, occasion=Occasion.INVITATION, channel=channel, language=language)
    row.created_by, row.expires_at, row.has_link = by.user, until, True
    row.content = {"link": link}
    row.save(force_insert=True)
    fields = {"occasion": row.occasion, "channel": channel, "language": language}
    events.record("customer_message_requested", by=by, submission=submission, fields=fields)
    task_queue.after_commit(task_queue.WRITE)
    return row


@sensitive_variables()
def open_link(submission: Submission) -> tuple[str, Invitation | None]:
    """Return the link that the customer received with its invitation, if that is still open; ("", None) if not."""
    rows = submission.customer_messages.filter(occasion=Occasion.INVITATION, has_link=True)
    for row in rows.order_by("-created_at"):
        row.submission = submission
        link = row.content.get("link", "")
        token_hash = hashlib.sha256(link.rpartition("#")[2].encode()).hexdigest()
        found = Invitation.objects.open(clock.now()).filter(submission=submission, token_hash=token_hash).first()
        if found is not None:
            return link, found
    return "", None


def is_unfinished(submission: Submission) -> bool:
    """Whether the customer has the link of an open invitation and did not submit."""
    _link, invitation = open_link(submission)
    return invitation is not None and invitation.submitted_at is None


def remind_due(batch: int = BATCH) -> int:
    """Write a reminder for each invitation that ends soon and was not submitted, once; return how many."""
    now = clock.now()
    reminded = CustomerMessage.objects.filter(
        submission=OuterRef("submission"), occasion=Occasion.REMINDER, created_at__gte=OuterRef("created_at")
    )
    rows = CustomerMessage.objects.filter(occasion=Occasion.INVITATION, has_link=True, state=State.SENT)
    rows = rows.filter(~Exists(reminded), expires_at__gt=now, submission__status__in=CAPTURING)
    rows = rows.select_related("submission__project").order_by("expires_at")[:batch]
    due = [row for row in rows if _is_to_remind(row, now)]
    return isolated_rows.each(due, _remind, "an invitation")


def _is_to_remind(row: CustomerMessage, now: datetime) -> bool:
    project = row.submission.project
    assert row.expires_at is not None
    is_soon = row.expires_at - now <= timedelta(hours=project.reminder_hours)
    return is_soon and Occasion.REMINDER in customer_queue.automatic(project)


def _remind(row: CustomerMessage) -> bool:
    submission = row.submission
    with transaction.atomic():
        Submission.objects.select_for_update(no_key=True, of=("self",)).get(pk=submission.pk)
        reminders = submission.customer_messages.filter(occasion=Occasion.REMINDER, created_at__gte=row.created_at)
        if reminders.exists() or not is_unfinished(submission):
            return False
        customer_queue.queue(submission, Occasion.REMINDER, expires_at=row.expires_at)
    return True


def forget_links(batch: int = BATCH) -> int:
    """Remove the links of ended invitations from the messages; return how many."""
    kept = CustomerMessage.objects.filter(has_link=True).exclude(state__in=(State.WAITING, State.SENDING))
    ended = Q(expires_at__lte=clock.now()) | Q(submission__status__in=FINAL)
    return isolated_rows.each(kept.filter(ended).select_related("submission")[:batch], _forget, "a link")


def _forget(row: CustomerMessage) -> bool:
    row.has_link, row.content = False, row.content_without_link()
    row.save(update_fields=["has_link", "content_sealed"])
    return True
