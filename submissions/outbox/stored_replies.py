"""What a call's kept reply says, read by the same tolerant parsers as on the day it came.

No page opens a reply itself: `"retryCount": "2"` once made a page a 500 at every visit.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from argos import limits
from argos.errors import VendorError
from argos.received import Received
from argos.replies import AccountReply, Step2Reply, parse_account, parse_step2
from argos.replies.reading import json_object, text
from submissions.models import Attempt, Call, CallKind, CallState, Submission

MAX_BYTES = 200_000  # a reply has a few thousand; of a longer one the beginning is evidence enough

R = TypeVar("R")


def raw(reply: Any) -> dict[str, Any]:
    """The vendor's reply as it came, to be sealed beside the call."""
    return {"body": reply.received.raw[:MAX_BYTES].decode("utf-8", "replace")}


def arrived_selfies(submission: Submission) -> list[Attempt]:
    """The attempts of Step 2 that the vendor processed, in order, readable; each but the last one was not accepted."""
    attempts = submission.attempts.filter(kind=CallKind.STEP2).select_related("call").order_by("number")
    found = [attempt for attempt in attempts if _has_arrived(attempt.call)]
    for attempt in found:
        attempt.submission = attempt.call.submission = submission
    return found


def _has_arrived(call: Call) -> bool:
    return call.state == CallState.ANSWERED or (call.state == CallState.SETTLED and call.settled_as == "adopted")


def refused_selfies(submission: Submission) -> list[str]:
    """For each selfie before the one that counts, why the vendor did not accept it; "" where its reply is not known."""
    replies = [step2(attempt.call) for attempt in arrived_selfies(submission)[:-1]]
    return [
        limits.cut(", ".join(r.code or r.message for r in reply.retries), limits.NAME) if reply else ""
        for reply in replies
    ]


def step2(call: Call) -> Step2Reply | None:
    """None where the reply was never seen (settled by reading back) or cannot be read."""
    return _parsed(call, parse_step2)


def account(call: Call) -> AccountReply | None:
    return _parsed(call, parse_account)


def refusal(call: Call) -> str:
    """The vendor's words with which it refused."""
    return text(call.reply.get("said"))


def _parsed(call: Call, parse: Callable[[Mapping[str, Any], Received], R]) -> R | None:
    body = json_object(str(call.reply.get("body", "")))
    try:
        return None if body is None else parse(body, Received(call.http_status or 200, b"", None, 0.0))
    except VendorError:
        return None
