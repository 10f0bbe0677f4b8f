"""Exceptions for failed calls.

The caller decides what to do; `argos.wire` (no response) and `argos.answers` (a response) decide which exception is
raised.

`str()` of every error is safe to log: it contains no personal data, no key and no URL with a query. The vendor's own
text is only in `Refused.message` and `received.raw`, because it may name the applicant.
"""

import re

from argos.received import Received

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class VendorError(Exception):
    """The base class. `received`: the response, if there was one."""

    def __init__(self, reason: str, *, received: Received | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.received = received


class NotConfigured(VendorError):
    """The call needs a setting that this project does not have. Nothing was sent."""


class UnreadableWebhook(VendorError):
    """A webhook body that is neither a JSON object nor a form."""


class Undelivered(VendorError):
    """The vendor certainly did not process the call: it may be sent again without using an attempt."""

    def __init__(self, reason: str, *, retry_after: float | None = None, received: Received | None = None) -> None:
        super().__init__(reason, received=received)
        self.retry_after = retry_after  # seconds, if the vendor named them


class Throttled(Undelivered):
    """Our own request budget is used up, so nothing was sent. `retry_after`: seconds until the next try."""


class OutcomeUnknown(VendorError):
    """The vendor may or may not have processed the call. Read its record before sending anything again."""

    def __init__(
        self, reason: str, status: int | None = None, raw: bytes = b"", *, received: Received | None = None
    ) -> None:
        super().__init__(reason, received=received)
        self.status = received.status if received and status is None else status
        self.raw = raw or (received.raw if received else b"")


class Unsupported(OutcomeUnknown):
    """The vendor replied with an encrypted envelope (`{"data": "<ciphertext>"}`), which this portal cannot decrypt."""


class Refused(VendorError):
    """The vendor or its gateway refused the call. `code` and `message` are the vendor's text; each may be empty."""

    def __init__(
        self, status: int, code: str = "", message: str = "", raw: bytes = b"", *, received: Received | None = None
    ) -> None:
        named = f", {code}" if _IDENTIFIER.fullmatch(code) else ""
        super().__init__(f"refused with HTTP {status}{named}", received=received)
        self.status = status
        self.code = code
        self.message = message
        self.raw = raw or (received.raw if received else b"")


class Forbidden(Refused):
    """HTTP 403. `kind` ("ip", "key" or "other") tells a person where to look; the code never decides by it."""

    @property
    def kind(self) -> str:
        normalized = self.message.strip().casefold()
        if "explicit deny" in normalized or "not authorized to access this resource" in normalized:
            return "ip"
        return "key" if normalized == "forbidden" else "other"


class TooLarge(Refused):
    """HTTP 413: the gateway rejected the body before the vendor received it."""


class AlreadyProcessed(Refused):
    """The vendor already has this submission. This is no failure: read its record."""
