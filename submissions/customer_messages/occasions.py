"""Which messages are true of a submission now, and messages that a person sends."""

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, rate_limit, task_queue
from submissions.customer_messages.languages import languages
from submissions.models import Channel, CustomerMessage, Occasion, Project, Status, Submission
from submissions.models.submission import CAPTURING, IN_REVIEW, SENDING
from submissions.workflow.customer_queue import RESULTS, RETRIES

MESSAGES_AT_MOST = 10  # to one customer in an hour
WITH_LINK = (Occasion.INVITATION, Occasion.REMINDER)
AUTOMATIC = tuple(occasion for occasion in Occasion if occasion != Occasion.INVITATION)


class TooManyMessages(Exception):
    """More messages to one customer than anybody needs."""


class NotOffered(Exception):
    """The message is not true of the submission now, or the project has no such channel or language."""


def true_of(submission: Submission) -> list[Occasion]:
    """Return the occasions whose text is true of the submission's status."""
    status = Status(submission.status)
    if status in RESULTS:
        return [RESULTS[status], Occasion.CHECKED]
    if status in (*IN_REVIEW, Status.DECISION_SENDING):
        return [Occasion.RECEIVED]
    retry = [Occasion.RETRY] if status in RETRIES else []
    return [*retry, *WITH_LINK] if status in (*CAPTURING, *SENDING) else []


def is_true(submission: Submission, occasion: Occasion) -> bool:
    """Return whether a message that waited is still true: staff may have asked for another photo before a send."""
    if occasion == Occasion.RETRY and submission.status in CAPTURING:
        current = submission.images.filter(is_current=True)
        return submission.status in RETRIES or any(image.asked_again for image in current)
    return occasion in true_of(submission)


def offered(submission: Submission) -> list[Occasion]:
    """Return the occasions on which a person can write now; an invitation is sent with its link only."""
    if submission.erased_at is not None:
        return []
    return [occasion for occasion in true_of(submission) if occasion not in WITH_LINK]


def channels_of(project: Project) -> list[Channel]:
    return list(Channel) if project.gateway_url else [Channel.EMAIL]


def write(submission: Submission, occasion: str, channel: str, language: str, *, by: Actor) -> CustomerMessage:
    """Write a message that is sent at once, also at night, and note the customer's language.

    An automatic message of the same occasion that still waits is cancelled.

    Raises:
        NotOffered, TooManyMessages
    """
    is_offered = occasion in offered(submission) and channel in channels_of(submission.project)
    if not is_offered or language not in dict(languages()):
        raise NotOffered
    if rate_limit.is_too_fast("customer-message", str(submission.pk), most=MESSAGES_AT_MOST, seconds=3600):
        raise TooManyMessages
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(customer_language=language)
        CustomerMessage.objects.waiting().filter(submission=submission, occasion=occasion).cancel(clock.now())
        expires_at = submission.deadline_at if occasion == Occasion.RETRY else None
        row = CustomerMessage.objects.create(
            submission=submission,
            occasion=occasion,
            channel=channel,
            language=language,
            created_by=by.user,
            expires_at=expires_at,
        )
        fields = {"occasion": occasion, "channel": channel, "language": language}
        events.record("customer_message_requested", by=by, submission=submission, fields=fields)
        task_queue.after_commit(task_queue.WRITE)
    submission.customer_language = language
    return row
