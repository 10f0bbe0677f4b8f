"""Parse the reply to the registration of Liveform tokens (developers.argosidentity.com, page POST/Token)."""

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
