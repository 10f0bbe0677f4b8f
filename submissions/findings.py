"""What the check of a picture found, as warnings that a person may overrule with a reason.

A reason is for that one picture: a new picture with the same fault asks again.
"""

from collections.abc import Collection

from argos.matrix import Problem
from submissions.capture import current_images
from submissions.imaging import advice
from submissions.models import Image, ImageKind, Submission


def reason_key(image: Image, code: str) -> str:
    """Under which the submission keeps why a finding was overruled."""
    return f"{code}-{image.pk.hex[:8]}"


def problems(submission: Submission, kinds: Collection[ImageKind]) -> tuple[Problem, ...]:
    """One warning for each finding on the current pictures of these kinds that nobody has overruled."""
    reasons = submission.reasons
    found = [
        (image, code) for image in current_images(submission).values() if image.kind in kinds for code in image.findings
    ]
    return tuple(
        Problem(image.kind, reason_key(image, code), advice.sentence(code), "warning")
        for image, code in found
        if not reasons.get(reason_key(image, code))
    )
