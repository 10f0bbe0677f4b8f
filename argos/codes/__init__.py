"""The vendor's codes and their meaning for the staff. Plain data; an unknown code is never an error.

`TABLES` is keyed by surface, because one code can mean different things at Step 1 and in a rejection.
"""

import re
from collections.abc import Mapping

from argos.codes.advice import Advice
from argos.codes.errors import ERROR, GATEWAY
from argos.codes.rejects import REJECT
from argos.codes.retries import STEP1, STEP2
from argos.codes.stops import STOPS, stop_on
from argos.errors import Forbidden, NotConfigured, Refused, TooLarge, Undelivered, Unsupported, VendorError
from argos.words import N_

__all__ = ["STOPS", "TABLES", "VENDOR_SAYS", "Advice", "advice_for", "advice_on", "stop_on", "storable"]

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")

TABLES: Mapping[str, Mapping[str, Advice]] = {
    "step1_retry": STEP1,
    "step2_retry": STEP2,
    "reject": REJECT,
    "gateway": GATEWAY,
    "error": ERROR,
}

VENDOR_SAYS = N_("ARGOS reports: %(text)s")
_UNKNOWN_DO = {
    "step1_retry": N_("Retake the ID as the ARGOS text asks."),
    "step2_retry": N_("Retake the selfie as the ARGOS text asks."),
    "reject": N_("Ask an officer what to tell the customer."),
}


def advice_for(code: str, vendor_message: str = "", surface: str | None = None) -> Advice:
    """Return the row of this code on this surface, or on the first surface that has it; else the vendor's own text."""
    searched = [TABLES.get(surface, {})] if surface else list(TABLES.values())
    exact = next((rows[code] for rows in searched if code in rows), None)
    return exact or _by_words(code, vendor_message, surface) or _unknown(code, vendor_message, surface)


def storable(code: str, message: str) -> str:
    """Return the part of an error that may be stored unencrypted: a known key or an identifier.

    Sentences can name a person.
    """
    row = _by_words(code, message, "error")
    return row.code if row else code if _IDENTIFIER.fullmatch(code) else ""


def advice_on(error: VendorError) -> Advice:
    """Return the advice for a failed call."""
    if stop := stop_on(error):
        return GATEWAY[stop]
    if isinstance(error, Refused):
        return _on_refusal(error)
    if isinstance(error, NotConfigured):
        return GATEWAY["not_configured"]
    if isinstance(error, Undelivered):
        return GATEWAY["too_many_calls" if error.received else "undelivered"]
    if isinstance(error, Unsupported):
        return GATEWAY["encrypted"]
    return GATEWAY["server_error" if error.received and error.received.status >= 500 else "unknown"]


def _on_refusal(refusal: Refused) -> Advice:
    if isinstance(refusal, TooLarge):
        return GATEWAY["too_large"]
    if isinstance(refusal, Forbidden):
        return GATEWAY[{"ip": "forbidden_ip", "key": "forbidden_key"}.get(refusal.kind, "forbidden")]
    if "invalid query string" in refusal.message.casefold():
        return GATEWAY["bad_request"]
    return advice_for(refusal.code, refusal.message, "error")


def _by_words(code: str, message: str, surface: str | None) -> Advice | None:
    """Find a row by words of the message. Errors only: the vendor's messages were available, its codes were not."""
    if surface not in (None, "error"):
        return None
    normalized = f"{code} {message}".casefold()
    return next((advice for words, advice in ERROR.items() if words in normalized), None)


def _unknown(code: str, message: str, surface: str | None) -> Advice:
    shown = message.strip() or code.strip()
    return Advice(
        code=code,
        what_happened=VENDOR_SAYS % {"text": shown} if shown else N_("ARGOS gave no reason."),
        say=N_("The check needs another step. One moment, please."),
        do=_UNKNOWN_DO.get(surface or "", N_("Follow the ARGOS text. Ask an administrator if it is unclear.")),
        quoted=shown,
    )
