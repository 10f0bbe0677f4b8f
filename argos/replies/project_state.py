"""The state of the ARGOS project as far as a record or reply reports it.

The states are documented (contract, section 15); where they are reported is not. So every likely member is read, and a
word that is none of the states counts as not reported.
"""

from collections.abc import Mapping
from typing import Any

from argos.replies.reading import flag, mapping, member, text

OPEN, TEST, TRIAL, CLOSE, STOPPED = "open", "test", "trial", "close", "stopped"
_WORDS = {
    **dict.fromkeys(("open", "opened"), OPEN),
    **dict.fromkeys(("test", "testing"), TEST),
    "trial": TRIAL,
    **dict.fromkeys(("close", "closed"), CLOSE),
    **dict.fromkeys(("stopped", "emergencystop", "emergencystopped"), STOPPED),
}
_HOLDERS = ("project_options", "projection", "project")
_NAMED = ("projectState", "projectStatus", "stateOfProject")
_STOP = ("emergencyStop", "isEmergencyStop", "emergencyStopped")


def parse_project_state(body: Mapping[str, Any]) -> str:
    """Return open, test, trial, close or stopped; "" where the body does not report it.

    `state` and `status` count only inside a member about the project: beside a submission they are the submission's.
    """
    holders = [mapping(member(body, name)) for name in _HOLDERS]
    if any(flag(member(holder, *_STOP)) for holder in (body, *holders)):
        return STOPPED
    told = [member(body, *_NAMED), *(member(holder, *_NAMED, "state", "status") for holder in holders)]
    told.append(member(body, "project"))
    words = ("".join(letter for letter in text(value).casefold() if letter.isalpha()) for value in told)
    return next((_WORDS[word] for word in words if word in _WORDS), "")
