"""The messages to one customer on the page of the submission, and the button that sends one."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.customer_messages import occasions
from submissions.customer_messages.languages import languages
from submissions.models import CustomerMessage, CustomerMessageState, Submission
from submissions.views.request_helpers import person
from submissions.workflow.customer_queue import language_of
from submissions.workflow.permissions import get_submission_for

State = CustomerMessageState
SHOWN = 20
PILLS = {
    State.SENT: ("pill-ok", "check"),
    State.FAILED: ("pill-bad", "alert-triangle"),
    State.UNKNOWN: ("pill-warn", "alert-triangle"),
    State.CANCELLED: ("", "x"),
}
REASONS = {
    "no_address": gettext_lazy("The customer's e-mail address is missing or wrong."),
    "no_connection": gettext_lazy("There was no connection to the mail server or gateway."),
    "timeout": gettext_lazy("The gateway did not answer in time."),
    "certificate": gettext_lazy("The gateway's certificate is not accepted."),
    "broken_off": gettext_lazy("The connection ended while the message was sent."),
    "mail_busy": gettext_lazy("The mail server accepts no messages now."),
    "mail_refused": gettext_lazy("The mail server refused the address."),
    "gateway_busy": gettext_lazy("The gateway accepts no messages now."),
    "gateway_error": gettext_lazy("The gateway reported an error of its own."),
    "gateway_refused": gettext_lazy("The gateway refused the message. Check the number and the project's settings."),
    "gateway_address": gettext_lazy("The gateway's address is not allowed or has no host."),
    "interrupted": gettext_lazy("The worker ended while the message was sent."),
    "cannot_open": gettext_lazy("The customer's data cannot be decrypted."),
    "portal_fault": gettext_lazy("An error of the portal. See the log."),
}


@dataclass(frozen=True)
class Line:
    """One message with its texts for the page."""

    row: CustomerMessage
    language: Any
    css: str
    icon: str
    reason: Any
    may_repeat: bool


def panel(submission: Submission, *, may_send: bool) -> dict[str, Any]:
    """Return the latest messages, and the choices of the form if the user may send one."""
    names, offered = dict(languages()), occasions.offered(submission) if may_send else []
    lines = [_line(row, names, row.occasion in offered) for row in submission.customer_messages.all()[:SHOWN]]
    return {
        "lines": lines,
        "offered": offered,
        "channels": occasions.channels_of(submission.project),
        "channel": submission.project.message_channel,
        "languages": languages(),
        "language": language_of(submission),
    }


def _line(row: CustomerMessage, names: dict[str, Any], may_repeat: bool) -> Line:
    css, icon = PILLS.get(State(row.state), ("pill-info", "clock"))
    is_ended = row.state not in (State.WAITING, State.SENDING)
    return Line(
        row, names.get(row.language, row.language), css, icon, REASONS.get(row.error, ""), is_ended and may_repeat
    )


@require_POST
def send(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a message at once, or send one again."""
    found = get_submission_for(person(request), pk, "handle")
    asked = [request.POST.get(name, "") for name in ("occasion", "channel", "language")]
    try:
        occasions.write(found, *asked, by=events.actor_of(request))
    except occasions.NotOffered:
        messages.warning(request, _("This message does not fit the present status. Nothing was sent."))
    except occasions.TooManyMessages:
        messages.warning(request, _("Too many messages to this customer within an hour. Nothing was sent."))
    else:
        messages.success(request, _("Message queued. Messages to the customer shows whether it was sent."))
    return redirect("submission", pk=pk)
