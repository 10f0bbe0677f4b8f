"""Parse the replies about Liveform tokens (developers.argosidentity.com, pages POST/Token and DELETE/Token)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies.reading import count, flag, mapping, member


@dataclass(frozen=True)
class TokenReply:
    pool: int | None  # how many tokens the project has at the vendor; None: it does not say
    received: Received


def parse_token(body: Mapping[str, Any], received: Received) -> TokenReply:
    """Parse the reply for one token.

    Raises:
        OutcomeUnknown: it does not say that the token was registered. The vendor processes tokens partially, so
            `success` alone proves nothing where `failed` counts one.
    """
    summary = mapping(member(body, "summary"))
    if flag(member(body, "success")) is not True or (count(member(summary, "failed")) or 0) > 0:
        raise OutcomeUnknown("a reply that does not confirm the token", received=received)
    return TokenReply(pool=count(member(summary, "currentCount")), received=received)


def parse_token_removal(body: Mapping[str, Any], received: Received) -> TokenReply:
    """Parse the reply for one token; it was removed, or the vendor did not have it.

    Raises:
        OutcomeUnknown: it says neither.
    """
    summary = mapping(member(body, "summary"))
    is_gone = (count(member(summary, "deleted")) or 0) + (count(member(summary, "notFound")) or 0) > 0
    if flag(member(body, "success")) is not True or not is_gone or (count(member(summary, "failed")) or 0) > 0:
        raise OutcomeUnknown("a reply that does not confirm the removal of the token", received=received)
    return TokenReply(pool=None, received=received)
