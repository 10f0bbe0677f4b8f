"""Checks that Step 1 and Step 2 share: who may go on with a submission, parameters, dates, image files."""

import json
from datetime import date

from argos.sandbox.answers import Refusal
from argos.sandbox.contract import MAX_IMAGE
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import State

Fields = dict[str, str]
Files = dict[str, bytes]

UNKNOWN_SUBMISSION = Refusal("invalid_submission", "invalid submission id")


def open_submission(state: State, project: Project, submission_id: object) -> Kyc:
    """OLDERR: "invalid api key" when the key is not the one that Step 1 was sent with."""
    kyc = state.submissions.get(str(submission_id or ""))
    if kyc is None or kyc.deleted:
        raise UNKNOWN_SUBMISSION
    if kyc.key != project.key:
        raise Refusal("invalid_api_key", "invalid api key")
    if kyc.status != "incomplete":
        raise Refusal("already_processed", "this submission is already processed")
    return kyc


def known_parameters(state: State, given: set[str], known: frozenset[str]) -> None:
    """Assumption: the vendor may well overlook a name it does not know; here it is refused, so that slips show."""
    if state.knobs.strict_parameters and (unknown := given - known):
        raise Refusal("invalid_parameter", f"unknown parameters: {', '.join(sorted(unknown))}")


def image_sizes(state: State, files: Files) -> None:
    """Assumption: 413 at the gateway; the knob `oversize_status` makes it a refusal of the endpoint."""
    if any(len(content) > MAX_IMAGE for content in files.values()):
        raise Refusal("invalid_image_size", "the image is over 2 MB", state.knobs.oversize_status)


def is_picture(content: bytes | None) -> bool:
    """By its first bytes: JPEG or PNG."""
    return content is not None and (content[:3] == b"\xff\xd8\xff" or content[:8] == b"\x89PNG\r\n\x1a\n")


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_alpha3(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
