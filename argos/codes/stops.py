"""A refusal because the whole project is closed, or stopped by the vendor's emergency stop.

The texts are on no page (contract, section 15), so words are looked for. A text that names the customer's account, the
submission or an image is about that one call, unless it names the project too.
"""

import re

from argos.errors import OutcomeUnknown, Refused, VendorError
from argos.replies.reading import json_object, member, text

STOPS = ("project_closed", "emergency_stop")  # keys of the gateway table

_EMERGENCY = re.compile("emergency")
_STOPPED = re.compile(r"\b(closed|suspended|stopped|halted|deactivated)\b")
_PROJECT = re.compile(r"\b(project|service|system)s?\b")
_PROJECT_ONLY = re.compile(r"\b(close|closed|suspended|suspension|stopped|halted|deactivated|inactive)\b")
_OF_ONE_CALL = re.compile(
    r"\b(accounts?|banks?|submissions?|images?|selfies?|faces?|eyes?|documents?|cards?|ids?|users?|applicants?|emails?)\b"
)


def stop_on(error: VendorError) -> str:
    """Return "emergency_stop", "project_closed", or "" for any other failure."""
    said = _said(error)
    if _EMERGENCY.search(said):
        return "emergency_stop"
    is_about_project = _PROJECT.search(said) and _PROJECT_ONLY.search(said)
    if is_about_project or (_STOPPED.search(said) and not _OF_ONE_CALL.search(said)):
        return "project_closed"
    return ""


def _said(error: VendorError) -> str:
    """The vendor's code and message, also of a reply whose outcome is unknown; words apart, in lower case."""
    if isinstance(error, Refused):
        parts = [error.code, error.message]
    elif isinstance(error, OutcomeUnknown):
        body = json_object(error.raw) or {}
        parts = [text(member(body, name)) for name in ("errorCode", "code", "error", "message", "errorMessage", "msg")]
    else:
        return ""
    said = re.sub(r"\S+@\S+", " ", " ".join(parts))  # an applicant's address may hold any word
    said = re.sub("([a-z])([A-Z])", r"\1 \2", said)
    return re.sub("[^a-z0-9]+", " ", said.casefold())
