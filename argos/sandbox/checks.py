"""Checks shared by Step 1 and Step 2: access to the submission, parameters, dates, image files."""

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
    """Return the open submission. OLDERR: "invalid api key" if Step 1 used another key."""
    kyc = state.submissions.get(str(submission_id or ""))
    if kyc is None or kyc.deleted:
        raise UNKNOWN_SUBMISSION
    if kyc.key != project.key:
        raise Refusal("invalid_api_key", "invalid api key")
    if kyc.status != "incomplete":
        raise Refusal("already_processed", "this submission is already processed")
    return kyc


def require_running(project: Project) -> None:
    """Refuse a closed or stopped project. Assumption: both texts, and that only Steps 1, 2 and account checks are."""
    if project.emergency_stop:
        raise Refusal("emergency_stop", "Submissions are stopped: Emergency Stop is on.")
    if project.state == "CLOSE":
        raise Refusal("project_closed", "The project is closed.")


def known_parameters(state: State, given: set[str], known: frozenset[str]) -> None:
    """Refuse unknown parameters. Assumption: the vendor may ignore them; the refusal makes mistakes visible."""
    if state.knobs.strict_parameters and (unknown := given - known):
        raise Refusal("invalid_parameter", f"unknown parameters: {', '.join(sorted(unknown))}")


def image_sizes(state: State, files: Files) -> None:
    """Refuse images that are too large. Assumption: 413 at the gateway; the knob `oversize_status` changes it."""
    if any(len(content) > MAX_IMAGE for content in files.values()):
        raise Refusal("invalid_image_size", "the image is over 2 MB", state.knobs.oversize_status)


def is_picture(content: bytes | None) -> bool:
    """Return whether the first bytes are those of a JPEG or PNG."""
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
