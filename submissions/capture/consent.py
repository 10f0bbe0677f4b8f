"""The customer's consent: the current text, and the record of the consent with its version and time."""

from collections.abc import Mapping

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.drafts import add_capturer, write_while_capturing
from submissions.core import clock
from submissions.models import ConsentText, Project, Submission


def current_text(project: Project) -> ConsentText | None:
    """Return the project's latest version; None if it has none."""
    return project.consent_texts.first()


def is_missing(submission: Submission) -> bool:
    """Return whether the project requires consent and none is recorded. A record stays valid for later versions."""
    return submission.project.requires_consent and submission.consent_id is None


def record(submission: Submission, text: ConsentText, *, by: Actor, fields: Mapping[str, str] | None = None) -> None:
    """Record that the customer consented to this version now.

    Raises:
        StaleSubmission: it is no longer being captured.
    """
    with transaction.atomic():
        write_while_capturing(submission, consent=text, consented_at=clock.now())
        add_capturer(submission, by)
        named = {"version": text.version, **(fields or {})}
        events.record("consent_recorded", by=by, submission=submission, fields=named)


def withdraw(submission: Submission, *, by: Actor) -> None:
    """Withdraw the consent, as long as nothing was sent.

    Raises:
        StaleSubmission: it is no longer being captured.
    """
    with transaction.atomic():
        write_while_capturing(submission, consent=None, consented_at=None)
        add_capturer(submission, by)
        events.record("consent_withdrawn", by=by, submission=submission)
