"""What can go wrong with a call, as facts. What to do about each is decided by the caller; how one is told from
another by `argos.wire` (nothing was answered) and `argos.answers` (something was).

`str()` of every error is safe to log: no personal data, no key, no address with a query. The vendor's own words stand
in `Refused.message` and `received.raw` only, because they may name the applicant.
"""

import re

from argos.received import Received

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class VendorError(Exception):
    """Base of all. `received` is what came back, where anything did."""

    def __init__(self, reason: str, *, received: Received | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.received = received


class NotConfigured(VendorError):
    """The call needs something that this project has not been told. Nothing was sent."""


class UnreadableWebhook(VendorError):
    """A webhook body that is neither a JSON object nor a form."""


class Undelivered(VendorError):
    """The vendor provably never processed the call: it may be sent again without costing a try."""

    def __init__(self, reason: str, *, retry_after: float | None = None, received: Received | None = None) -> None:
        super().__init__(reason, received=received)
        self.retry_after = retry_after  # seconds, where the vendor named them


class Throttled(Undelivered):
    """Our own budget of calls is used up: the vendor was not asked. `retry_after` says when to come again."""


class OutcomeUnknown(VendorError):
    """The vendor may or may not have processed the call. Read back before anything is sent again."""

    def __init__(
        self, reason: str, status: int | None = None, raw: bytes = b"", *, received: Received | None = None
    ) -> None:
        super().__init__(reason, received=received)
        self.status = received.status if received and status is None else status
        self.raw = raw or (received.raw if received else b"")


class Unsupported(OutcomeUnknown):
    """An encrypted envelope (`{"data": "<ciphertext>"}`): the vendor answered, in a form this portal cannot open."""


class Refused(VendorError):
    """The vendor, or its gateway, answered no. `code` and `message` are the vendor's words, each may be empty."""

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
    """403. `kind` is for telling a person where to look, never for deciding: "ip", "key" or "other"."""

    @property
    def kind(self) -> str:
        said = self.message.strip().casefold()
        if "explicit deny" in said or "not authorized to access this resource" in said:
            return "ip"
        return "key" if said == "forbidden" else "other"


class TooLarge(Refused):
    """413: the gateway turned the body away before the vendor saw it."""


class AlreadyProcessed(Refused):
    """The vendor has this submission already. Not a failure: read it back."""
