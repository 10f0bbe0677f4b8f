"""The two ways to a customer: an e-mail, and a text message through the HTTP gateway of the project.

Each returns the provider's id of the message ("" if it names none) or raises one of three errors, so that a message
that may have arrived is never sent again.
"""

import json
import re
import smtplib
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext

from argos.matrix.formats import EMAIL
from submissions.core import letters
from submissions.customer_messages.default_texts import Template
from submissions.deliveries import addresses, post
from submissions.models import Project, Submission

NUMBER = re.compile(r"\+?[0-9]{8,15}")  # E.164 has at most 15 digits
WRITTEN = re.compile(r"[ ()./-]")
BUSY = (429, 503)
ID_LENGTH = 100
CONTENT_TYPE = "application/json; charset=utf-8"


class NotSent(Exception):
    """The message did not reach the provider. `code` names the reason."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TryAgain(NotSent):
    """A later attempt may succeed."""


class OutcomeUnknown(NotSent):
    """The message may have been sent."""


def email_address(submission: Submission) -> str:
    """Return the customer's e-mail address.

    Raises:
        NotSent: there is none, or the text is not one e-mail address: a line break or a comma would make two.
    """
    given = submission.values.get("email") or ""
    try:
        validate_email(given)
    except ValidationError:
        raise NotSent("no_address") from None
    if not EMAIL.fullmatch(given):
        raise NotSent("no_address")
    return given


def phone_number(submission: Submission) -> str:
    """Return the customer's number as digits, with a plus if it was entered with one; "" without a usable number."""
    digits = WRITTEN.sub("", submission.values.get("contact_phone") or "")
    return digits if NUMBER.fullmatch(digits) else ""


def part_of(project: Project, template: Template, language: str, link: str = "") -> letters.Part:
    """Return the content of the e-mail of a composed message. A line with the link only becomes the button."""
    lines = template.text.splitlines()
    texts = [line for line in lines if not link or line.strip() != link]
    has_button = len(texts) < len(lines)
    with translation.override(language):
        why = gettext("You receive this because this address was given for an identity check.")
        if project.company_name:
            why = gettext("You receive this because %(company)s is checking your identity.")
            why %= {"company": project.company_name}
        action = gettext("Open identity check") if has_button else ""
    return letters.Part(template.subject, texts, language, url=link if has_button else "", action=action, why=why)


def sender_of(project: Project, language: str) -> str:
    with translation.override(language):
        return project.company_name or gettext("Identity check")


def letter(project: Project, to: str, template: Template, language: str, link: str = "") -> EmailMultiAlternatives:
    part = part_of(project, template, language, link)
    with translation.override(language):
        return letters.compose(to, template.subject, [part], sender=sender_of(project, language))


def send_email(message: EmailMultiAlternatives) -> str:
    """Send the e-mail. Only errors before the mail server took it allow another attempt."""
    try:
        connection = get_connection()
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise TryAgain("no_connection") from error
    message.connection = connection
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        _refused_by_server(max((code for code, _text in error.recipients.values()), default=0))
    except smtplib.SMTPResponseException as error:
        _refused_by_server(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        raise OutcomeUnknown("broken_off") from error
    finally:
        connection.close()
    return ""


def _refused_by_server(code: int) -> NoReturn:
    """Raise the error for a reply of the mail server: RFC 5321 calls 4xx transient and 5xx permanent."""
    raise TryAgain("mail_busy") if 400 <= code < 500 else NotSent("mail_refused")


def text_of(project: Project, template: Template) -> str:
    """Return the text message of a composed message; it begins with the company, because it has no sender's name."""
    return f"[{project.company_name}] {template.text}" if project.company_name else template.text


def send_text(project: Project, number: str, text: str) -> str:
    """Post the text message to the project's gateway."""
    values = {project.gateway_number_field: number, project.gateway_text_field: text}
    if project.gateway_sender:
        values[project.gateway_sender_field] = project.gateway_sender
    headers = {"Content-Type": CONTENT_TYPE}
    if secret := project.gateway_secret:
        headers[project.gateway_header] = secret
    try:
        target = addresses.check(project.gateway_url)
        reply = post.post(target, json.dumps(values, ensure_ascii=False).encode(), headers)
    except addresses.AddressRefused as refused:
        kind = TryAgain if refused.code == "unknown_host" else NotSent  # the name server may be unavailable
        raise kind("gateway_address") from refused
    except post.NotDelivered as failure:
        raise (OutcomeUnknown if failure.may_have_arrived else TryAgain)(failure.code) from failure
    return _id_of(project, reply)


def _id_of(project: Project, reply: post.Reply) -> str:
    """Return the gateway's id of the message. A server error other than "busy" leaves the outcome open."""
    if reply.status in BUSY:
        raise TryAgain("gateway_busy")
    if reply.status >= 500:
        raise OutcomeUnknown("gateway_error")
    if not 200 <= reply.status < 300:
        raise NotSent("gateway_refused")
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return ""
    found = answer.get(project.gateway_id_field) if isinstance(answer, dict) else None
    return str(found)[:ID_LENGTH] if isinstance(found, (str, int)) else ""
