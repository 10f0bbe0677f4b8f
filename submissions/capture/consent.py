"""The customer's consent: which text is read out now, and that it was given, with its version and time."""

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.drafts import add_capturer, write_while_capturing
from submissions.core import clock
from submissions.models import ConsentText, Project, Submission


def current_text(project: Project) -> ConsentText | None:
    """The project's latest version; None where it has none."""
    return project.consent_texts.first()


def is_missing(submission: Submission) -> bool:
    """The project asks for consent and none is recorded. Once recorded it stays, whatever version comes after."""
    return submission.project.requires_consent and submission.consent_id is None


def record(submission: Submission, text: ConsentText, *, by: Actor) -> None:
    """The customer consented to this version now.

    Raises:
        StaleSubmission: it is no longer being captured.
    """
    with transaction.atomic():
        write_while_capturing(submission, consent=text, consented_at=clock.now())
        add_capturer(submission, by)
        events.record("consent_recorded", by=by, submission=submission, fields={"version": text.version})


def withdraw(submission: Submission, *, by: Actor) -> None:
    """The tick was taken out again, as long as nothing was sent.

    Raises:
        StaleSubmission: it is no longer being captured.
    """
    with transaction.atomic():
        write_while_capturing(submission, consent=None, consented_at=None)
        add_capturer(submission, by)
        events.record("consent_withdrawn", by=by, submission=submission)
