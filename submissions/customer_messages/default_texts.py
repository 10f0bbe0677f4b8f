"""The default texts, for every company. They never name a score, a reject reason or a screening.

A company must not disclose that it suspects or reports a customer (tipping-off), so the text about a rejection is the
same for every reason. Placeholders stay as they are in each translation.
"""

from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from submissions.models import Occasion


class Template(NamedTuple):
    """A subject for e-mails, and the text of both channels, one sentence or placeholder on each line."""

    subject: str
    text: str


LINK = "{link}"
VALID = _("The link is valid until {deadline}.")
QUESTIONS = _("Questions: {contact}")
COMPLAINTS = _("Complaints: {complaints}")
REFERENCE = _("Reference: {reference}")
ABOUT = _("Your identity check")

DEFAULTS: dict[Occasion, tuple[Any, list[Any]]] = {
    Occasion.INVITATION: (
        _("Please complete your identity check"),
        [
            _("Please open this link on your phone, take the photos and confirm your details."),
            LINK,
            VALID,
            _("If you did not expect this message, ignore it or contact us: {contact}"),
            REFERENCE,
        ],
    ),
    Occasion.REMINDER: (
        _("Reminder: please complete your identity check"),
        [
            _("Your identity check is not complete yet. You can continue where you stopped."),
            LINK,
            VALID,
            QUESTIONS,
            REFERENCE,
        ],
    ),
    Occasion.RETRY: (
        _("We need another photo for your identity check"),
        [
            _("One photo could not be used. We need another one."),
            LINK,
            _("We need it by {deadline}."),
            QUESTIONS,
            REFERENCE,
        ],
    ),
    Occasion.RECEIVED: (
        _("We have received your documents"),
        [
            _("We have received your documents and are checking them. You need to do nothing now."),
            QUESTIONS,
            COMPLAINTS,
            REFERENCE,
        ],
    ),
    Occasion.APPROVED: (
        ABOUT,
        [_("Your identity check is complete. We could confirm your identity."), QUESTIONS, REFERENCE],
    ),
    Occasion.REJECTED: (
        ABOUT,
        [
            _("We could not complete your identity check."),
            _("Please contact us about the next step: {contact}"),
            COMPLAINTS,
            REFERENCE,
        ],
    ),
    Occasion.CHECKED: (
        ABOUT,
        [
            _("Your identity check has ended. We will contact you about the result."),
            QUESTIONS,
            COMPLAINTS,
            REFERENCE,
        ],
    ),
}


def default(occasion: str, language: str) -> Template:
    subject, lines = DEFAULTS[Occasion(occasion)]
    with translation.override(language):
        return Template(str(subject), "\n".join(str(line) for line in lines))
