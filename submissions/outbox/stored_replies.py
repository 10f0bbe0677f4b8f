"""Parse the stored reply of a call with the same tolerant parsers as when it arrived.

No page reads the raw reply: `"retryCount": "2"` once caused a status 500 at every visit of a page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from argos import limits
from argos.errors import VendorError
from argos.received import Received
from argos.replies import AccountReply, Step2Reply, parse_account, parse_step2
from argos.replies.reading import json_object, text
from submissions.models import Attempt, Call, CallKind, CallState, Submission

MAX_BYTES = 200_000  # a reply has a few thousand; the beginning of a longer one suffices as evidence

R = TypeVar("R")


def raw(reply: Any) -> dict[str, Any]:
    """Return the vendor's raw reply, which is stored encrypted beside the call."""
    return {"body": reply.received.raw[:MAX_BYTES].decode("utf-8", "replace")}


def arrived_selfies(submission: Submission) -> list[Attempt]:
    """Query the submission's calls and return `arrived_among` them."""
    return arrived_among(submission.calls.filter(kind=CallKind.STEP2).select_related("attempt"))


def arrived_among(calls: Iterable[Call]) -> list[Attempt]:
    """Return the Step 2 attempts that the vendor processed, by number; it accepted none of them but the last."""
    attempts = []
    for call in calls:
        if call.kind == CallKind.STEP2 and _has_arrived(call):
            call.attempt.submission = call.submission  # its data key is loaded already
            attempts.append(call.attempt)
    return sorted(attempts, key=lambda attempt: attempt.number)


def arrived_verdicts(calls: Iterable[Call]) -> list[Call]:
    return [call for call in calls if call.kind == CallKind.REVIEW and _has_arrived(call)]


def arrived_images(calls: Iterable[Call]) -> set[str]:
    """Return the names of the images that the vendor has: of the last Step 1 and Step 2, and those added later.

    Nothing is known, and nothing returned, where one of these calls was recovered without its images.
    """
    last: dict[str, set[str]] = {}
    for call in sorted((call for call in calls if _has_arrived(call)), key=lambda call: call.prepared_at):
        names = {image["field"] for image in call.attempt.images}
        last[call.kind] = names | (last.get(call.kind, set()) if call.kind == CallKind.IMAGE else set())
    return set().union(*last.values()) if all(last.values()) else set()


def _has_arrived(call: Call) -> bool:
    return call.state == CallState.ANSWERED or (call.state == CallState.SETTLED and call.settled_as == "adopted")


def refusals(arrived: Sequence[Attempt]) -> list[str]:
    """Return why the vendor refused each selfie before the last; "" where its reply is not known."""
    replies = [step2(attempt.call) for attempt in arrived[:-1]]
    return [
        limits.cut(", ".join(r.code or r.message for r in reply.retries), limits.NAME) if reply else ""
        for reply in replies
    ]


def step2(call: Call) -> Step2Reply | None:
    """Return the reply to Step 2; None if it never arrived (settled by reading back) or is unreadable."""
    return _parsed(call, parse_step2)


def account(call: Call) -> AccountReply | None:
    return _parsed(call, parse_account)


def refusal(call: Call) -> str:
    """Return the vendor's text of a refusal."""
    return text(call.reply.get("said"))


def _parsed(call: Call, parse: Callable[[Mapping[str, Any], Received], R]) -> R | None:
    body = json_object(str(call.reply.get("body", "")))
    try:
        return None if body is None else parse(body, Received(call.http_status or 200, b"", None, 0.0))
    except VendorError:
        return None
