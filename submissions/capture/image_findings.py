"""The findings of an image check, as warnings that a user may override with a reason.

A reason is for that one image: a new image with the same finding asks again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from argos.matrix import Problem
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.images import current_images
from submissions.capture.imaging import advice
from submissions.models import Image, ImageKind, Submission


def reason_key(image: Image, code: str) -> str:
    """Return the key of the override reason in the submission."""
    return f"{code}-{image.pk.hex[:8]}"


@dataclass(frozen=True)
class Noted:
    """A finding for the reviewer. `reason`: why it was sent anyway; "" without a reason."""

    fault: str
    reason: str


def noted(image: Image) -> tuple[Noted, ...]:
    """Return the findings of this image. The submission of the image has its keys loaded."""
    reasons = image.submission.reasons
    return tuple(Noted(advice.fault(code), reasons.get(reason_key(image, code), "")) for code in image.findings)


def problems(
    submission: Submission, kinds: Collection[ImageKind], images: Mapping[str, Image] | None = None
) -> tuple[Problem, ...]:
    """Return one warning per finding on the current images of these kinds without an override reason.

    `images`: the current images, from a page that has loaded them already.
    """
    reasons = submission.reasons
    current = current_images(submission) if images is None else images
    found = [(image, code) for image in current.values() if image.kind in kinds for code in image.findings]
    return tuple(
        Problem(image.kind, reason_key(image, code), advice.sentence(code, image.kind), "warning")
        for image, code in found
        if not reasons.get(reason_key(image, code))
    )


def record_overruled(submission: Submission, sent: Iterable[Image], *, by: Actor) -> None:
    """Record an event for each overridden finding when the step is sent: until then the user may edit the reason.

    `author`: the user who typed the reason; another user may send the step.
    """
    reasons = submission.reasons
    for image in sent:
        for code in image.findings:
            if reason := reasons.get(reason_key(image, code)):
                named = {"code": code, "image": str(image.pk), "image_kind": image.kind}
                named["author"] = submission.reason_authors.get(reason_key(image, code), "")
                events.record("finding_overruled", by=by, submission=submission, reason=reason, fields=named)
