"""The 1-won check of the customer's bank account, which some projects require between Step 1 and Step 2."""

from django.db import transaction

from submissions.audit.events import Actor
from submissions.capture.drafts import add_capturer, save_values
from submissions.models import Call, CallKind, CallState, Status, Submission
from submissions.outbox import new_calls
from submissions.workflow.transitions import StaleSubmission


def is_offered(submission: Submission) -> bool:
    """Return whether the project requires it and the submission is between Step 1 and Step 2."""
    return submission.project.has_account_occupancy and submission.status in (Status.CONFIRMING, Status.INCOMPLETE)


def has_passed(submission: Submission) -> bool:
    return submission.calls.filter(kind=CallKind.ACCOUNT, state=CallState.ANSWERED, error="").exists()


def prepare(submission: Submission, *, by: Actor, holder: str, bank_code: str, account_number: str) -> Call:
    """Prepare the 1-won account check, which must succeed before Step 2 if the project requires it.

    Step 2 sends the holder's name too, and the code that the bank shows.

    Raises:
        transitions.StaleSubmission: it accepts no account check (any more), or another call is open.
        drafts.SavedElsewhere: the values were saved elsewhere since the page was loaded.
    """
    if not is_offered(submission):
        raise StaleSubmission(submission.reference)
    values = {
        "submissionId": submission.vendor_id,
        "userName": holder,
        "bankCode": bank_code,
        "accountNumber": account_number,
    }
    with transaction.atomic():
        save_values(submission, {"userOccupancyName": holder}, by=by)
        add_capturer(submission, by)
        return new_calls.prepare(submission, CallKind.ACCOUNT, None, by=by, values=values)
