"""E-mails of the portal: text and HTML from one pair of templates, without images or scripts.

A part is one subject of the mail, or one language of it. Nothing here names a customer: callers pass references.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Part:
    """`why`: the sentence that begins with "You receive this because"."""

    title: str
    texts: Sequence[str]
    language: str
    url: str = ""
    action: str = ""
    why: str = ""


def is_one_line(text: str) -> bool:
    """Whether the text can stand in a header of a mail: a line break would begin another header."""
    return text.isprintable()


def validate_one_line(text: str) -> None:
    """Refuse line breaks and control characters in a setting that a mail's subject repeats."""
    if not is_one_line(text):
        raise ValidationError(_("Enter the text on one line, without control characters."))


def product(about: str) -> str:
    """The subject of a mail to a user of the portal: "[KYC Portal] KP-XXXX: Due in 1 hour"."""
    return f"[{_('KYC Portal')}] {about}"


def local_time(moment: datetime, zone: tzinfo) -> str:
    """Day, time and zone in the language that is active: "29 Nov 2026, 18:40 KST"."""
    here = timezone.localtime(moment, zone)
    return f"{formats.date_format(here, 'DATETIME_FORMAT')} {here.tzname()}"


def compose(to: str, subject: str, parts: Sequence[Part], *, sender: str, why: str = "") -> EmailMultiAlternatives:
    """Return a mail that is not sent yet.

    Raises:
        ValueError: the subject has a line break or a control character.
    """
    if not is_one_line(subject):
        raise ValueError("the subject of a mail has more than one line")
    context = {"subject": subject, "sender": sender, "parts": parts, "why": why}
    message = EmailMultiAlternatives(subject, render_to_string("mail/base.txt", context), to=[to])
    message.attach_alternative(render_to_string("mail/base.html", context), "text/html")
    return message
