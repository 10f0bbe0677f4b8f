"""Labels for the vendor's states and for our own codes. This module contains no rules.

The vendor's own word is evidence: it is the title of the label, and an unknown word is shown unchanged.
"""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.core.vendor_text import ARGOS, named

STATES: dict[str, Any] = {
    "pending": gettext_lazy("Awaiting decision"),
    "approved": gettext_lazy("Approved"),
    "rejected": gettext_lazy("Rejected"),
    "incomplete": gettext_lazy("Not completed"),
    "success": gettext_lazy("Checks passed"),
}
# "incomplete" has several meanings: the vendor waits for a first selfie, another selfie or another ID image.
INCOMPLETE: dict[str, Any] = {
    "step1_sending": gettext_lazy("ID retry requested"),
    "step1_retry": gettext_lazy("ID retry requested"),
    "confirming": gettext_lazy("ID accepted, selfie awaited"),
    "step2_sending": gettext_lazy("ID accepted, selfie awaited"),
    "incomplete": gettext_lazy("Selfie retry requested"),
}
OURS: dict[str, Any] = {
    "already_processed": gettext_lazy("ARGOS had already processed it"),
    "adopted": gettext_lazy("it had arrived"),
    "call_open": gettext_lazy("an open request decides it"),
    "clock": gettext_lazy("the times differ"),
    "court_order": gettext_lazy("a court or authority ordered it"),
    "customer_request": gettext_lazy("the customer asked for it"),
    "deadline": gettext_lazy("the 24 hours were over"),
    "found_at_vendor": gettext_lazy("found in the ARGOS record"),
    "image_unreadable": gettext_lazy("a stored image could not be read"),
    "journal": gettext_lazy("done again after a restore"),
    "kept": gettext_lazy("recorded, no action needed"),
    "lease_ran_out": gettext_lazy("the worker that sent it vanished"),
    "mistake": gettext_lazy("it should never have been stored"),
    "never_arrived": gettext_lazy("it never arrived"),
    "not_configured": gettext_lazy("no usable address or key is set"),
    "not_delivered": gettext_lazy("ARGOS unavailable"),
    "not_known": gettext_lazy("not known to ARGOS"),
    "outcomeunknown": gettext_lazy("no readable answer arrived"),
    "portal_fault": gettext_lazy("the portal failed"),
    "read_back": gettext_lazy("ARGOS status refreshed"),
    "storage_away": gettext_lazy("image storage unavailable"),
    "taken_back": gettext_lazy("undone before sending"),
    "throttled": gettext_lazy("ARGOS asked to wait"),
    "undelivered": gettext_lazy("ARGOS unavailable"),
    "undone": gettext_lazy("undone before sending"),
    "unexpected_final_status": gettext_lazy("ARGOS reports an unexpected final status"),
    "unknown_status": gettext_lazy("ARGOS reports an unknown status"),
    "unknown_trigger": gettext_lazy("unknown kind of webhook"),
}


def state_label(word: str, ours: str = "", vendor_name: str = ARGOS) -> SafeString | str:
    """Return the label of the vendor's state beside our status, with the vendor's word as its title."""
    if not word:
        return ""
    known = INCOMPLETE.get(ours) if word == "incomplete" else None
    return format_html('<span title="{}">{}</span>', quoted(word, vendor_name), known or STATES.get(word, word))


def quoted(word: str, vendor_name: str = ARGOS) -> str:
    return named(_("ARGOS reports “%(word)s”"), vendor_name) % {"word": word}
