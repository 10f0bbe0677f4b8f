"""The result in one sentence for the customer: the customer's own page shows it, and staff may say it."""

from django.utils.translation import gettext as _

from submissions.models import Status, Submission


def say(submission: Submission) -> str:
    """Return the sentence of the status; never a reject reason, which may have to stay undisclosed."""
    if submission.status == Status.APPROVED:
        return _("Your identity has been verified. Thank you.")
    if submission.status == Status.REJECTED:
        return _("We could not complete the check. We will contact you about the next step.")
    if submission.status == Status.ABANDONED:
        return _("This check was closed. We can start again if you wish.")
    if submission.status == Status.OVERDUE:
        return _("The check took longer than allowed. We will tell you the next step.")
    return _("We are still checking. We will contact you as soon as we have the result.")
