"""Create a new draft for a customer: after an end without approval, or to verify an approved one again."""

from django.db import IntegrityError, transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.drafts import create_draft
from submissions.core import masking
from submissions.models import Status, Submission
from submissions.workflow import address_date, deadlines
from submissions.workflow.permissions import can
from submissions.workflow.transitions import StaleSubmission

RESTARTS = (Status.ABANDONED, Status.REJECTED, Status.OVERDUE)


class RestartedAlready(Exception):
    """A new submission that replaces this one is open: `fresh`."""

    def __init__(self, fresh: Submission) -> None:
        self.fresh = fresh
        super().__init__(fresh.reference)


def can_restart(submission: Submission) -> bool:
    """Return whether the customer may need another submission.

    It ended without approval, or its ID may have expired.
    """
    return submission.status in RESTARTS or deadlines.is_past_first_step2_limit(submission)


def can_verify_again(submission: Submission) -> bool:
    """Return whether it is the approval of a present customer."""
    is_present = submission.erased_at is None and submission.relationship_ended_at is None
    return submission.status == Status.APPROVED and is_present


def restart(submission: Submission, *, by: Actor) -> Submission:
    """Create a draft from this one's values, with its own attempts, deadline, key and images.

    Only values that this user may see are copied: hidden numbers are read from the ID again. While a new draft of this
    one is open, there is no second one (`submission_one_restart`).

    Raises:
        StaleSubmission: it is in progress, or its customer has left; nothing is written and no value is shown.
        RestartedAlready: its new submission is open; nothing is written.
    """
    if not (can_restart(submission) or can_verify_again(submission)):
        raise StaleSubmission(submission.reference)
    try:
        with transaction.atomic():
            fresh = create_draft(
                submission.project,
                submission.team,
                by=by,
                issuing_country=submission.issuing_country,
                id_type=submission.id_type,
                values=_visible_values(submission, by),
                previous=submission,
            )
            events.record("restarted", by=by, submission=submission, fields={"as": fresh.reference})
    except IntegrityError as error:
        open_one = submission.restarts.open().first()
        if open_one is None:
            raise
        raise RestartedAlready(open_one) from error
    return fresh


def _visible_values(submission: Submission, by: Actor) -> dict[str, str]:
    """Return what the new draft may begin with; not the date of a document whose image is not copied."""
    assert by.user is not None
    values = {name: text for name, text in submission.values.items() if name != address_date.NAME}
    if can(by.user, submission, "look"):
        return values
    return {name: text for name, text in values.items() if masking.masked(name, text) == text}
