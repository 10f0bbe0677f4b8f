"""Write the messages to the customer that a change causes, in its transaction; `submissions/customer_messages/` sends.

A project selects the occasions. A text is composed when it is sent, so a waiting message holds no personal data.
"""

from datetime import datetime, timedelta

from django.conf import settings

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock, task_queue
from submissions.models import CustomerMessage, Occasion, Project, Status, Submission
from submissions.models.submission import SENDING
from submissions.workflow.messages import RETURNING

# ARGOS e-mails the applicant on these (contract, section 15, item 7), so the portal would repeat it.
MAILED_BY_ARGOS = (Occasion.RECEIVED, Occasion.APPROVED, Occasion.REJECTED, Occasion.CHECKED)
RESULTS = {Status.APPROVED: Occasion.APPROVED, Status.REJECTED: Occasion.REJECTED}
RETRIES = (Status.STEP1_RETRY, Status.INCOMPLETE)


def queue_move(submission: Submission, seen: Status, to: Status) -> None:
    """Write the automatic message about a status, if the project sends one; the transition calls it."""
    occasions = _occasions_of(seen, to)
    if occasions and (selected := [one for one in occasions if one in automatic(submission.project)]):
        queue(submission, selected[0])


def _occasions_of(seen: Status, to: Status) -> tuple[Occasion, ...]:
    """Return the occasions of a move, the most exact first."""
    if to in RETRIES and (seen in SENDING or seen == Status.CONFIRMING):
        return (Occasion.RETRY,)
    if to == Status.PENDING and seen not in RETURNING:
        return (Occasion.RECEIVED,)
    return (RESULTS[to], Occasion.CHECKED) if to in RESULTS else ()


def automatic(project: Project) -> list[str]:
    """Return the occasions on which the portal writes to the customer without a person's click."""
    suppressed = MAILED_BY_ARGOS if project.argos_mails_customers else ()
    return [one for one in project.automatic_messages if one not in suppressed]


def queue(submission: Submission, occasion: Occasion, *, expires_at: datetime | None = None) -> CustomerMessage:
    """Write an automatic message, which waits until the quiet hours are over. The caller holds a transaction."""
    project = submission.project
    row = CustomerMessage.objects.create(
        submission=submission,
        occasion=occasion,
        channel=project.message_channel,
        language=language_of(submission),
        due_at=after_quiet_hours(project, clock.now()),
        expires_at=expires_at or (submission.deadline_at if occasion == Occasion.RETRY else None),
    )
    record(row, "queued")
    task_queue.after_commit(task_queue.WRITE)
    return row


def record(row: CustomerMessage, what: str, **fields: str) -> None:
    """Record an event of a message of the portal; `what`: "queued", "sent", "failed", "unknown" or "cancelled"."""
    named = {"occasion": row.occasion, "channel": row.channel, "language": row.language, **fields}
    events.record(f"customer_message_{what}", by=SYSTEM, submission=row.submission, fields=named)


def language_of(submission: Submission) -> str:
    """Return the language chosen by an agent or on the phone, else the project's, else the portal's own."""
    return submission.customer_language or submission.project.customer_language or settings.LANGUAGE_CODE


def after_quiet_hours(project: Project, moment: datetime) -> datetime:
    """Return the moment, or the end of the quiet hours that it lies in."""
    begins, ends = project.quiet_from, project.quiet_until
    local = moment.astimezone(project.zone)
    now = local.time()
    is_quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=1) if now >= ends else local.date()
    return datetime.combine(day, ends, local.tzinfo)
